import type { CodeOf, WarningName } from "@isoflop/laws/statements";

/** What a warning means, and what to do about it; what stands in backquotes is to be typed. */
export interface Explanation {
  readonly meaning: string;
  readonly remedy: string;
}

/** Of every code that fits, their forecasts and designs warn by; docs/warnings.md has the English in its tables. */
export const explanations: Readonly<
  Record<CodeOf<WarningName>, { readonly en: Explanation; readonly ja: Explanation }>
> = {
  "few-points": {
    en: {
      meaning:
        "Fewer than three observations for each fitted parameter, too few sizes in a profile, copies of one run counted as several, or too few runs for any interval.",
      remedy: "Train more sizes or budgets; until then read the intervals, not the point.",
    },
    ja: {
      meaning:
        "観測値がフィットするパラメータ数の 3 倍に満たないか、プロファイルのサイズが少なすぎます。または、同じランの複製を別のランとして数えているか、信頼区間を求めるにはランが少なすぎます。",
      remedy: "サイズまたは計算予算を増やして学習してください。それまでは点推定値ではなく信頼区間を見てください。",
    },
  },
  "few-minima": {
    en: {
      meaning:
        "Approach 2 has two or three usable minima: its laws pass through them (almost) exactly and little is left to check them by; with two there is no interval of the loss.",
      remedy: "Add budgets, or widen profiles whose minimum was left out.",
    },
    ja: {
      meaning:
        "アプローチ 2 で使える極小が 2 つか 3 つしかありません。法則はそれらを (ほぼ) ちょうど通り、検証の余地がほとんどありません。2 つでは損失の信頼区間もありません。",
      remedy: "計算予算を増やすか、極小が除外されたプロファイルのサイズの範囲を広げてください。",
    },
  },
  "parameter-at-bound": {
    en: {
      meaning: "The fit ended at a bound, usually E = 0: the data show no irreducible loss.",
      remedy: "Add larger budgets; do not extrapolate far: the loss forecast is too optimistic.",
    },
    ja: {
      meaning: "フィットが探索範囲の端で終わりました。多くは E = 0 で、データからは既約損失が見えません。",
      remedy: "より大きな計算予算を加えてください。損失の予測は楽観的すぎるため、遠くまで外挿しないでください。",
    },
  },
  "edge-minimum": {
    en: {
      meaning:
        "A profile's least loss is at its smallest or largest size (or, for Approach 1, a stretch of the envelope is won by them). It is never fitted.",
      remedy: "Shift or widen the sizes of that budget (`design.centre`, `design.span`).",
    },
    ja: {
      meaning:
        "プロファイルの最小の損失が、最小または最大のサイズにあります (アプローチ 1 では、包絡線の一部で最小または最大のサイズの損失が最も低くなっています)。この部分はフィットに使いません。",
      remedy: "その計算予算のサイズの範囲をずらすか広げてください (`design.centre`、`design.span`)。",
    },
  },
  "non-convex": {
    en: {
      meaning: "A profile's parabola does not open upwards: there is no minimum.",
      remedy: "Look at the runs: usually a diverged or badly tuned one, or too narrow a range of sizes.",
    },
    ja: {
      meaning: "プロファイルの放物線が下に凸ではなく、極小がありません。",
      remedy:
        "その予算のランを調べてください。多くの場合、発散したか調整の悪いランがあるか、サイズの範囲が狭すぎます。",
    },
  },
  "narrow-compute-range": {
    en: {
      meaning: "The compute spans less than one decade.",
      remedy: "Add a smaller or a larger budget: an exponent needs a decade at the least.",
    },
    ja: {
      meaning: "計算量の範囲が 1 桁 (10 倍) 未満です。",
      remedy: "より小さい、またはより大きい計算予算を加えてください。指数を求めるには少なくとも 1 桁必要です。",
    },
  },
  "poor-convergence": {
    en: {
      meaning: "The optimiser stopped away from a stationary point, or ran out of iterations.",
      remedy: "Look for outliers and duplicates; try `--loss lad`.",
    },
    ja: {
      meaning: "最適化が停留点から離れたところで止まったか、反復回数の上限に達しました。",
      remedy: "外れ値や重複がないか調べ、`--loss lad` (絶対偏差) も試してください。",
    },
  },
  "mixed-convention": {
    en: {
      meaning:
        "Some runs do not satisfy C = 6ND, or runs of one size have several FLOPs per token: N and C were counted in different ways. Or a table is fitted beside imported runs, and does not say how it counts.",
      remedy:
        "Count all runs alike (see `counting` in study.yaml, or give `--columns`). Mixing total and non-embedding N bends the exponents (Pearce & Song 2024).",
    },
    ja: {
      meaning:
        "一部のランが C = 6ND を満たさないか、同じサイズのランで 1 トークンあたりの FLOPs が異なります。N と C の数え方が揃っていません。または、取り込んだランと一緒にフィットした表に、数え方が示されていません。",
      remedy:
        "すべてのランを同じ方法で数えてください (study.yaml の `counting`、または `--columns`)。総パラメータ数と埋め込みを除いた N が混ざると、指数が歪みます (Pearce & Song 2024)。",
    },
  },
  "unfinished-runs": {
    en: {
      meaning:
        "Some of the runs were still running, crashed, failed or were killed, as their tracker says. Their N, D and loss belong together, but their learning rate had not come down: they lie above the law of the others.",
      remedy:
        "`--where \"state = 'finished'\"` (`\"state IS NULL OR state = 'finished'\"` where trackers say nothing of some), or import again once they have ended.",
    },
    ja: {
      meaning:
        "記録元によると、一部のランは実行中、クラッシュ、失敗、または強制終了の状態でした。N、D、損失は対応していますが、学習率が下がりきっていないため、他のランの法則より上に位置します。",
      remedy:
        "`--where \"state = 'finished'\"` (記録元が状態を示さないランがある場合は `\"state IS NULL OR state = 'finished'\"`) で除くか、終了後に取り込み直してください。",
    },
  },
  "bootstrap-failures": {
    en: {
      meaning: "Some resamples could not be fitted and are left out of the intervals.",
      remedy: "Few: harmless. Many: the fit hangs on single runs; add runs.",
    },
    ja: {
      meaning: "一部の再標本はフィットできず、信頼区間から除かれています。",
      remedy: "少数なら問題ありません。多い場合は、フィットが少数のランに左右されています。ランを増やしてください。",
    },
  },
  "exponents-sum": {
    en: {
      meaning: "a + b is not 1 although C ∝ N·D.",
      remedy: "N, D and C do not agree; check the columns.",
    },
    ja: {
      meaning: "C ∝ N·D なのに a + b が 1 になりません。",
      remedy: "N、D、C が互いに整合していません。列を確かめてください。",
    },
  },
  "no-frontier": {
    en: {
      meaning: "No compute frontier could be drawn from these runs.",
      remedy: "Train several sizes at each budget.",
    },
    ja: {
      meaning: "これらのランからは計算量に対するフロンティアを引けません。",
      remedy: "各計算予算で複数のサイズを学習してください。",
    },
  },
  extrapolation: {
    en: {
      meaning: "The forecast reaches more than a factor of 30 beyond the budgets fitted, upwards or downwards.",
      remedy: "Train an intermediate budget first and compare.",
    },
    ja: {
      meaning: "予測する計算予算が、フィットした予算の範囲から上または下に 30 倍以上離れています。",
      remedy: "まず中間の計算予算で学習し、予測と比べてください。",
    },
  },
  "collinear-design": {
    en: {
      meaning: "D follows N in all runs, so the two terms of L(N, D) cannot be told apart.",
      remedy: "Train the same size on several amounts of data.",
    },
    ja: {
      meaning: "すべてのランで D が N に連動しているため、L(N, D) の 2 つの項を区別できません。",
      remedy: "同じサイズを複数のデータ量で学習してください。",
    },
  },
  "skipped-curves": {
    en: {
      meaning: "Runs without a training curve are left out of Approach 1.",
      remedy: "Record the training loss along each run.",
    },
    ja: {
      meaning: "学習曲線のないランは、アプローチ 1 から除かれます。",
      remedy: "各ランの学習損失を記録してください。",
    },
  },
  "base-excess": {
    en: {
      meaning:
        "The law for unique data was fitted to single-epoch runs some of which have more parameters than their tokens can feed, as if all counted in full.",
      remedy: "Fit all parameters jointly (`--joint`), or give a base (`--base`).",
    },
    ja: {
      meaning:
        "重複のないデータの法則を、1 エポックのランにフィットしました。その一部は、トークン数で活かせる以上のパラメータを持っていますが、すべてが活きているものとして扱っています。",
      remedy: "すべてのパラメータを同時にフィットするか (`--joint`)、基礎の法則を与えてください (`--base`)。",
    },
  },
  "second-basin": {
    en: {
      meaning: "A second minimum of the objective is almost as low, with other parameters: both are reported.",
      remedy: "Read both; add runs where their forecasts differ most. Choose between them by a backtest.",
    },
    ja: {
      meaning: "目的関数に、値がほぼ同じでパラメータの異なる第 2 の極小があります。両方を示します。",
      remedy:
        "両方を見て、予測の差が最も大きいところにランを加えてください。どちらを採るかはバックテストで決めてください。",
    },
  },
  "ill-conditioned": {
    en: {
      meaning: "The runs hardly determine some combination of the parameters: small errors move it far.",
      remedy: "Vary N and D more widely, and independently of each other; hold a parameter fixed where it is known.",
    },
    ja: {
      meaning: "これらのランでは、パラメータのある組み合わせがほとんど決まらず、小さな誤差で大きく動きます。",
      remedy: "N と D をより広く、互いに独立に変えてください。既知のパラメータがあれば固定してください。",
    },
  },
  "delta-sensitive": {
    en: {
      meaning:
        "A parameter or exponent moves by more than its standard error when Huber's delta changes tenfold either way: outliers decide.",
      remedy: "Look at the residuals; compare `--loss lad` and `--loss mse`.",
    },
    ja: {
      meaning:
        "Huber の δ を 10 分の 1 または 10 倍にすると、パラメータまたは指数が標準誤差より大きく動きます。結果が外れ値に左右されています。",
      remedy: "残差を調べ、`--loss lad` (絶対偏差) と `--loss mse` (最小二乗) を比べてください。",
    },
  },
  "budget-sensitive": {
    en: {
      meaning:
        "Without the smallest budget an exponent moves by more than chance explains: the law is not one law over these budgets. A pure power law through losses with a floor always does.",
      remedy: "Leave the smallest budgets out, or fit over larger ones; trust the forecast less.",
    },
    ja: {
      meaning:
        "最小の計算予算を除くと、指数が偶然では説明できないほど動きます。これらの予算の全体で 1 つの法則が成り立っているわけではありません。下限のある損失に純粋なべき乗則を当てはめると、必ずこうなります。",
      remedy: "小さい計算予算を除くか、より大きな予算でフィットしてください。予測は割り引いて見てください。",
    },
  },
  "off-centre": {
    en: {
      meaning:
        "A minimum lies more than half-way from the middle of its sizes to an edge: it has twice the standard error of one in the middle or more, and a parabola's is biased (docs/approach-2-bias.md).",
      remedy: "Centre the sizes of that budget on its minimum (`design.centre`).",
    },
    ja: {
      meaning:
        "極小が、サイズの範囲の中央から端まで半分以上離れています。標準誤差は中央にある場合の 2 倍以上になり、放物線の極小には偏りも生じます (docs/approach-2-bias.md)。",
      remedy: "その計算予算のサイズの範囲の中心を極小に合わせてください (`design.centre`)。",
    },
  },
  "wide-profile": {
    en: {
      meaning:
        "The sizes span so much that the loss is no parabola there: a cubic term, pooled over the budgets and beyond four standard errors, would move a minimum by more than 2 % in N. The bias is there without any noise (docs/approach-2-bias.md).",
      remedy: "Narrow the sizes of that budget (`design.span`), or compare Approach 3.",
    },
    ja: {
      meaning:
        "サイズの範囲が広く、そこでは損失が放物線になりません。全予算をまとめた 3 次の項が標準誤差の 4 倍を超え、極小を N で 2% より大きく動かします。この偏りはノイズがなくても生じます (docs/approach-2-bias.md)。",
      remedy: "その計算予算のサイズの範囲を狭める (`design.span`) か、アプローチ 3 と比べてください。",
    },
  },
  "uneven-budgets": {
    en: {
      meaning:
        "Runs of one budget differ in C: the budgets were cut out of runs whose C varies without gaps, the parabola got a term in ln C to make up for it, or C follows N, as where it is counted otherwise than the budgets were spent, and no such term can be told from the size.",
      remedy:
        "Give a `budget` column where there is one; count C as the budgets were spent; otherwise compare Approach 3, which needs no budgets.",
    },
    ja: {
      meaning:
        "同じ計算予算のランの間で C が異なります。C が切れ目なく分布するランを予算に切り分けたか、それを補うために放物線に ln C の項を加えたか、または (予算を使ったときと別の数え方をした場合のように) C が N とともに変わるため、そのような項をサイズの効果と区別できません。",
      remedy:
        "`budget` の列があれば指定し、C は予算を使ったときの数え方にしてください。それ以外の場合は、予算を必要としないアプローチ 3 と比べてください。",
    },
  },
  "duplicate-runs": {
    en: {
      meaning:
        "Several runs have the same N, D, C and loss to the last digit: copies, which make every interval too narrow.",
      remedy: "Drop the copies.",
    },
    ja: {
      meaning:
        "複数のランで、N、D、C、損失が最後の桁まで一致しています。複製であれば、すべての信頼区間が狭すぎることになります。",
      remedy: "複製を除いてください。",
    },
  },
  "dependent-rows": {
    en: {
      meaning:
        "Several observations come from one training run: they are not independent, and were resampled run by run.",
      remedy: "Nothing, if the intervals are by runs; otherwise `--bootstrap-over runs`.",
    },
    ja: {
      meaning: "複数の観測値が 1 つの学習ランから得られています。独立ではないため、ランごとに再標本化しました。",
      remedy:
        "信頼区間がランごとの再標本化によるものなら何もする必要はありません。そうでなければ `--bootstrap-over runs` を使ってください。",
    },
  },
  "no-intervals": {
    en: {
      meaning: "There are too few runs, or none to spare, to show any noise: no interval is given.",
      remedy: "Train a second seed, or more sizes a budget.",
    },
    ja: {
      meaning: "ランが少なすぎるか余分がないため、ノイズが分からず、信頼区間を示せません。",
      remedy: "2 つ目のシードを学習するか、1 つの計算予算あたりのサイズを増やしてください。",
    },
  },
  "interval-coverage": {
    en: {
      meaning:
        "In simulated studies of this design the nominal 95 % intervals of this procedure held the truth less (or more) often than 92 to 98 % of the time (docs/coverage.md).",
      remedy: "Read the interval as what it covered there; add budgets or sizes.",
    },
    ja: {
      meaning:
        "この設計の模擬実験では、この手法の公称 95% 信頼区間が真値を含んだ割合が 92〜98% の範囲から外れました (docs/coverage.md)。",
      remedy:
        "信頼区間は、模擬実験で実際に真値を含んだ割合のものとして読んでください。計算予算またはサイズを増やしてください。",
    },
  },
  "law-drifts": {
    en: {
      meaning:
        "Most of the loss forecast's expected error, after the runs proposed, is the law's drift off the truth and not noise.",
      remedy: "Raise `--max-run`: only runs nearer the target lessen it.",
    },
    ja: {
      meaning:
        "提案したランを学習した後も、損失の予測の誤差の大部分は、ノイズではなく法則と真値とのずれによるものです。",
      remedy: "`--max-run` を上げてください。このずれは、目標に近いランでしか減らせません。",
    },
  },
  "law-trusted": {
    en: {
      meaning: "`--drift 0`: the law is taken to hold for the smallest runs, too.",
      remedy: "Leave it out, unless you know that the law holds there.",
    },
    ja: {
      meaning: "`--drift 0` では、最小のランでも法則が成り立つとみなされます。",
      remedy: "法則がそこでも成り立つと分かっている場合を除き、指定しないでください。",
    },
  },
  "not-converged": {
    en: {
      meaning:
        "Runs for Kaplan's L(N) or L(D) were still falling when their tokens were spent: their loss is not that at convergence.",
      remedy: "Give that part of the design more tokens.",
    },
    ja: {
      meaning:
        "Kaplan の L(N) または L(D) のためのランで、トークンを使い切った時点でも損失が下がり続けていました。その損失は収束時のものではありません。",
      remedy: "設計のその部分のトークン数を増やしてください。",
    },
  },
  "kaplan-count": {
    en: {
      meaning: "Kaplan's N leaves out embeddings, and the study counts them.",
      remedy: "`counting: { parameters: non-embedding }`.",
    },
    ja: {
      meaning: "Kaplan の N は埋め込みを除きますが、この実験の N は埋め込みを含みます。",
      remedy: "`counting: { parameters: non-embedding }` を指定してください。",
    },
  },
};
