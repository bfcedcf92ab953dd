using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;
using NodaTime.Text;

namespace Nines.Pricing.Outlook;

/// <summary>A component's past, priced, as far as an outlook rests on it; or why it does not carry one.</summary>
internal sealed record PricedHistory(ComponentId Component)
{
    private static readonly Duration Year = Duration.FromDays(365);

    public WithoutOutlook? Without { get; private init; }
    public Duration Known { get; private init; }
    public int Outages { get; private init; }

    /// <summary>Outages that cost something, likely.</summary>
    public ImmutableArray<EpisodeLoss> Costly { get; private init; } = [];

    public RateTrend? Trend { get; private init; }

    public Estimate Past { get; private init; }

    /// <summary>Of it, likely, by outages: the rest was lost without one.</summary>
    public decimal PastOutages { get; private init; }

    /// <summary>What outages of half the length would have cost, of what they did.</summary>
    public decimal HalfLengthShare { get; private init; }

    /// <summary>What being down throughout the window would have cost at most; null where that cannot be priced.</summary>
    public decimal? Throughout { get; private init; }

    public Estimate Liabilities { get; private init; }
    public decimal Availability { get; private init; }
    public (decimal Low, decimal High)? LongRun { get; private init; }
    public ImmutableArray<string> Said { get; private init; } = [];

    private Duration Window { get; init; }

    public LossHistory Simulated(double years)
    {
        var (least, most) = Past.Likely == 0 ? (1, 1) : ((double)(Past.Low / Past.Likely), (double)(Past.High / Past.Likely));
        var steady = (double)(Past.Likely - PastOutages) / years;
        var ceiling = Throughout is { } all ? (double)all / (Window / Year) : (double)Amount.Greatest;
        return new LossHistory([.. Costly.Select(loss => (double)loss.Total.Likely)], years, steady, least, most, Math.Max(ceiling, (double)Past.Likely / years));
    }

    public static PricedHistory Of(ComponentLedger component, PricingPlan plan, Policy policy, Instant from, Instant to, double level)
    {
        try
        {
            return Priced(component, plan, policy, from, to, level);
        }
        catch (PricingException why)
        {
            return None(component, "cannot_be_priced", $"{why.Code}: {why.Message.TrimEnd('.')}");
        }
    }

    private static PricedHistory Priced(ComponentLedger component, PricingPlan plan, Policy policy, Instant from, Instant to, double level)
    {
        var models = plan.Of(component.Id).ToList();
        if (!models.Exists(model => model.Class is LossClass.Revenue or LossClass.Stake))
            return None(component, "no_price", models.Count == 0 ? "it has no price" : "it has liabilities and no loss to price");
        var judged = LostTime.JudgedOf(component, policy, from, to);
        var known = Duration.FromTicks((double)((judged.WindowS - judged.UnknownS) * NodaConstants.TicksPerSecond));
        if (known < Forecaster.LeastKnown) return None(component, "not_watched_enough", $"only {SpokenDuration.Of(known)} of it are known, and {SpokenDuration.Of(Forecaster.LeastKnown)} are the least that can be foretold from");

        var episodes = Pricer.EpisodesOf(component, policy, from, to);
        // An outage that began before the window is no outage of its rate; what it cost within is lost time all the same.
        ImmutableArray<EpisodeLoss> losses = [.. episodes.Select(episode => Pricer.Price(episode, plan))];
        ImmutableArray<EpisodeLoss> outages = [.. losses.Where(loss => loss.Episode.Id != LostEpisode.NoOutage && loss.Episode.Earlier.IsEmpty && loss.Episode.LikelyS > 0)];
        ImmutableArray<EpisodeLoss> costly = [.. outages.Where(loss => loss.Total.Likely > 0)];
        var past = Estimate.Sum(losses.Select(loss => loss.Total));
        if (Reason(outages.Length, costly, past, known, level, plan) is { } reason) return None(component, reason.Code, reason.Because);

        var pastOutages = costly.Sum(loss => loss.Total.Likely);
        var lostS = episodes.Sum(episode => episode.LikelyS);
        var trend = RateTrend.Of([.. WeighedSpans.Of(component, policy, from, Instant.Min(to, component.Frontier ?? to)).Select(span => (span.From, span.To, 1 - (double)span.Unknown))], [.. outages.Select(loss => loss.Episode.From)]);
        return new PricedHistory(component.Id)
        {
            Known = known,
            Window = to - from,
            Outages = outages.Length,
            Costly = costly,
            Trend = trend,
            Past = past,
            PastOutages = pastOutages,
            HalfLengthShare = Math.Clamp(costly.Sum(loss => HalfCost(loss, models, plan)) / pastOutages, 0, 1),
            Throughout = ThroughoutOf(component.Id, plan, from, to),
            Liabilities = Estimate.Sum(losses.Select(loss => loss.Liabilities)),
            Availability = judged.CountedS == 0 ? 0 : Math.Clamp((judged.CountedS - lostS) / judged.CountedS, 0, 1),
            LongRun = LongRunOf(outages, judged.CountedS, lostS, level),
            Said = [.. SayingsOf(outages.Length, costly, trend), .. models.Exists(model => model.LooksBehind) ? [Halved] : (IEnumerable<string>)[]],
        };
    }

    private static (string Code, string Because)? Reason(int outages, ImmutableArray<EpisodeLoss> costly, Estimate past, Duration known, double level, PricingPlan plan)
    {
        if (outages == 0)
        {
            var (least, _) = Confidence.MeanTimeBetweenFailures(0, known / Year, level);
            return ("no_outage", FormattableString.Invariant($"it had no outage in {SpokenDuration.Of(known)} of known time, so nothing says what one would cost; at {level:P0} there are fewer than {1 / least:0.##} a year"));
        }
        if (costly.IsEmpty) return ("no_cost", FormattableString.Invariant($"its outages ({outages}) cost nothing by its models"));
        return costly.Length < LossSimulation.FewestOutages
            ? ("too_few_outages", FormattableString.Invariant($"it had {costly.Length} costly outage{(costly.Length == 1 ? "" : "s")} in {SpokenDuration.Of(known)} ({MoneyText.Of(past, plan.Sources.Currency)}): too few to say what one costs; {LossSimulation.FewestOutages} are the least"))
            : null;
    }

    private static IEnumerable<string> SayingsOf(int outages, ImmutableArray<EpisodeLoss> costly, RateTrend? trend)
    {
        if (trend is { IsOne: true }) yield return TrendOf(trend);
        if (costly.Length < FewToTrust) yield return $"fewer than {FewToTrust} outages: the intervals are wide, and lean on how much outages elsewhere vary";
        if (costly.Length < outages) yield return "some outages cost nothing: they are in the rate of outages, and in no cost";
        if (costly.Any(loss => loss.Episode.IsOpen)) yield return "an outage is open: it counts with what it has cost so far";
    }

    private const int FewToTrust = 10;

    private static string TrendOf(RateTrend trend) => string.Create(CultureInfo.InvariantCulture,
        $"the rate of its outages went {(trend.U > 0 ? "up" : "down")}, {trend.Earlier} → {trend.Later} by halves of the known time (Laplace's test, p {(trend.P < 0.001 ? "< 0.001" : $"= {trend.P:0.000}")}), and the figures take all of it for one rate: --from {InstantPattern.General.Format(trend.Halfway)} takes the later half alone");

    private const string Halved = "what came back after its outages was measured, and nothing says what would have after shorter ones: half of their length is taken for half of their cost";

    /// <summary>What an outage of half the length would have cost, likely.</summary>
    private static decimal HalfCost(EpisodeLoss loss, List<LossModel> models, PricingPlan plan)
    {
        if (Half(loss.Episode) is not { } half) return 0;
        var behind = models.Where(model => model.LooksBehind).Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
        return Lost(Pricer.Price(half, plan)).Where(part => !behind.Contains(part.Loss.Model)).Sum(part => part.Amount.Likely)
            + Lost(loss).Where(part => behind.Contains(part.Loss.Model)).Sum(part => part.Amount.Likely) / 2;

        static IEnumerable<PricedLoss> Lost(EpisodeLoss one) => one.Parts.Where(part => part.Loss.Class is LossClass.Revenue or LossClass.Stake);
    }

    /// <summary>The outage up to where half of its lost time by likely weight is reached; null where it likely lost none.</summary>
    internal static LostEpisode? Half(LostEpisode episode)
    {
        var left = episode.LikelyS / 2;
        if (left == 0) return null;
        var spans = ImmutableArray.CreateBuilder<LostSpan>();
        foreach (var span in episode.Spans)
        {
            var lost = span.Likely * LostEpisode.Seconds(span);
            if (lost < left || lost == 0)
            {
                spans.Add(span);
                left -= lost;
                continue;
            }
            var ticks = (long)Math.Round(span.Length.BclCompatibleTicks * left / lost);
            if (ticks > 0) spans.Add(span with { To = span.From + Duration.FromTicks(ticks) });
            break;
        }
        return spans.Count == 0 ? null : episode with { Spans = spans.ToImmutable(), Later = [], IsOpen = false };
    }

    private static decimal? ThroughoutOf(ComponentId component, PricingPlan plan, Instant from, Instant to)
    {
        try
        {
            return Pricer.Price(LostEpisode.Whole(component, from, to), plan).Total.High;
        }
        catch (PricingException)
        {
            return null; // a series or a rate does not reach over all of it: then nothing caps what is simulated but the greatest amount
        }
    }

    /// <param name="lostS">All that was likely lost: what was lost without an outage is taken to go on as it did, so the interval is one around the figure beside it.</param>
    private static (decimal, decimal)? LongRunOf(ImmutableArray<EpisodeLoss> outages, decimal countedS, decimal lostS, double level)
    {
        var closed = outages.Count(loss => !loss.Episode.IsOpen);
        var down = outages.Sum(loss => loss.Episode.LikelyS);
        var counted = countedS - (lostS - down);
        if (closed == 0 || down <= 0 || counted <= down) return null;
        var (low, high) = Confidence.LongRunAvailability(closed, (double)(counted - down), (double)down, level);
        var rest = counted / countedS;
        return ((decimal)low * rest, Math.Min((decimal)high, 1 - 1e-15m) * rest);
    }

    private static PricedHistory None(ComponentLedger component, string code, string because) => new(component.Id) { Without = new WithoutOutlook(component.Id, code, because) };
}
