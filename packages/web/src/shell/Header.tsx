import { Select } from "../components/Select.js";
import { inLocale, LOCALES, locale } from "../i18n/locale.js";
import { address, route, VIEWS } from "../state/route.js";
import { THEMES, theme } from "../state/theme.js";
import { shellTexts } from "./shellTexts.js";

const LANGUAGES = { en: "English", ja: "日本語" } as const;

/** The name, the views, and how the page is to look. */
export function Header() {
  const t = inLocale(shellTexts);
  return (
    <header class="head">
      <a class="name" href={address("study")}>
        isoflop
      </a>
      <nav aria-label={t.navigation}>
        <ul>
          {VIEWS.map((view) => (
            <li key={view}>
              <a href={address(view)} aria-current={route.value.view === view ? "page" : undefined}>
                {t.views[view]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="settings">
        <Select
          label={t.theme}
          value={theme.value}
          options={THEMES.map((value) => ({ value, text: t.themes[value] }))}
          onChange={(value) => {
            theme.value = value;
          }}
        />
        <Select
          label={t.language}
          value={locale.value}
          options={LOCALES.map((value) => ({ value, text: LANGUAGES[value] }))}
          onChange={(value) => {
            locale.value = value;
          }}
        />
      </div>
    </header>
  );
}
