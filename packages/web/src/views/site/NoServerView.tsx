import { inLocale, texts } from "../../i18n/locale.js";
import { address } from "../../state/route.js";

const siteTexts = texts(
  {
    title: "Studies are shown by your own machine",
    needs: "A live study is trained and served where its folder lies. In that folder:",
    here: "This site has no server behind it. What it does, it does in your browser, also without a network:",
    data: "Read runs from your own files, or a made-up study",
    laws: "Fit laws to them",
    planner: "Plan a training budget",
  },
  {
    title: "実験の表示には手元のサーバーが必要です",
    needs: "学習中の実験は、そのフォルダーがあるマシンで表示します。フォルダーの中で次を実行してください:",
    here: "このサイトの背後にサーバーはありません。次のことは、すべてブラウザーの中で(オフラインでも)できます:",
    data: "手元のファイルか合成データから実験結果を読む",
    laws: "スケーリング則をフィットする",
    planner: "学習の計算予算を計画する",
  },
);

/** What the site shows in the place of a study. */
export function NoServerView() {
  const t = inLocale(siteTexts);
  return (
    <>
      <h1>{t.title}</h1>
      <p>{t.needs}</p>
      <pre class="card">
        <code>npx isoflop serve</code>
      </pre>
      <p>{t.here}</p>
      <ul>
        <li>
          <a href={address("data")}>{t.data}</a>
        </li>
        <li>
          <a href={address("laws")}>{t.laws}</a>
        </li>
        <li>
          <a href={address("planner")}>{t.planner}</a>
        </li>
      </ul>
    </>
  );
}
