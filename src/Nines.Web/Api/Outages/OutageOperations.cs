using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Pricing;
using Nines.Pricing.Attribution;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Reports.Incidents;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Live;
using NodaTime;
using Bounded = Nines.Reports.Told;

namespace Nines.Web.Api.Outages;

/// <summary>What is asked and said about outages.</summary>
public sealed class OutageOperations(LiveLedger ledger, ConsoleOptions console, Commands commands)
{
    /// <summary>What a list prices at once; more would keep others from the ledger.</summary>
    private const int MostPriced = 500;

    /// <summary>The latest first.</summary>
    /// <param name="policy">Null for the config's.</param>
    /// <exception cref="ApiProblem">There is no such policy.</exception>
    public Task<OutageListDocument> ListAsync(OutageFilter filter, string? policy, PageAsked page, CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        var under = AskedPolicy.Of(ledger, policy);
        var plan = console.Pricing(ledger);
        List<Outage> all = [.. filter.Of(ledger)];
        // Newest first by when they may have begun; the name tells apart what began together.
        var shown = page.Cut(all, outage => $"{outage.Began.Earliest.ToUnixTimeTicks():D19} {outage.Id}", descending: true);
        var weighed = WeighedOf(ledger, under, all);
        var (losses, notPriced) = plan is null ? ([], null) : Price(all.Count <= MostPriced ? all : shown.Rows, weighed, plan);
        Bounded? LossOf(Outage outage) => losses.TryGetValue(outage.Id, out var loss) ? Bounded.Of(loss, plan!.Sources.Currency) : null;
        Bounded? CountedOf(Outage outage) => outage.Region is not null ? null : Bounded.OfSeconds(weighed.TryGetValue(outage.Id, out var lost) ? lost.Seconds : Estimate.Zero);
        var counted = all.FindAll(outage => !OutageCounting.LeavesOut(outage, under));
        var whole = counted.FindAll(outage => outage.Region is null);
        return new OutageListDocument
        {
            AsOfPosition = ledger.Position.Value,
            Policy = PolicyDocument.Of(under),
            Currency = plan?.Sources.Currency.Code,
            Totals = new OutageTotals(
                counted.Count, counted.Count(outage => outage.IsOpen), Bounded.Of(whole.Aggregate(Length.Zero, (sum, outage) => sum + outage.Length)),
                Bounded.OfSeconds(Estimate.Sum(whole.Select(outage => weighed.TryGetValue(outage.Id, out var lost) ? lost.Seconds : Estimate.Zero))),
                plan is not null && all.Count <= MostPriced && losses.Count > 0 ? Bounded.Of(Estimate.Sum(losses.Values), plan.Sources.Currency) : null,
                notPriced ?? (plan is not null && all.Count > MostPriced ? $"{all.Count} are more than are priced at once: each of a page is; ask for fewer to have their sum." : null), all.Count - counted.Count),
            Outages = [.. shown.Rows.Select(outage => new OutageRow(OutageDocument.From(outage, under), Bounded.Of(outage.Length), CountedOf(outage), LossOf(outage), outage.Notes.Length))],
            Next = shown.Next,
        };
    }, cancellation);

    /// <param name="policy">Null for the config's.</param>
    /// <exception cref="ApiProblem">There is no such outage or policy.</exception>
    public async Task<OutageStory> GetAsync(string id, string? policy, CancellationToken cancellation)
    {
        var (explainer, report, open, notPriced, tracks, cascade) = await ledger.ReadAsync(ledger =>
        {
            var (outage, under) = (Find(ledger, id), AskedPolicy.Of(ledger, policy));
            var (report, notPriced) = MakeReport(ledger, outage, under);
            return (new Explainer(outage, ledger, under), report, WhileOpen(ledger, outage, under), notPriced, TracksOf(ledger, outage), CascadeOf(ledger, outage));
        }, cancellation);
        var explanation = await explainer.ExplainAsync(console.Journal, cancellation);
        return new OutageStory
        {
            AsOfPosition = report.AsOfPosition,
            Sentence = report.Sentences[0],
            Report = report.With(explanation),
            Explanation = explanation,
            WhileOpen = open,
            NotPriced = notPriced,
            Tracks = tracks,
            Cascade = cascade,
        };
    }

    /// <summary>One outage from its first sign to its cost, as <c>nines report incident</c> has it.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<IncidentReport> ReportAsync(string id, string? policy, CancellationToken cancellation)
    {
        var (explainer, report) = await ledger.ReadAsync(ledger =>
        {
            var outage = Find(ledger, id);
            var under = AskedPolicy.Of(ledger, policy);
            return (new Explainer(outage, ledger, under), MakeReport(ledger, outage, under).Report);
        }, cancellation);
        return report.With(await explainer.ExplainAsync(console.Journal, cancellation));
    }

    /// <exception cref="ApiProblem">It is not open, or the watch is out of reach.</exception>
    public Task<ToldDocument> AcknowledgeAsync(string id, string? note, Caller by, CancellationToken cancellation) =>
        commands.TellAsync(new ControlCommand.Acknowledge(id, string.IsNullOrWhiteSpace(note) ? null : Text.Of("note", note, MostAcknowledgement)), by, cancellation);

    /// <exception cref="ApiProblem">There is no such outage, the note is too long, or the watch is out of reach.</exception>
    public async Task<ToldDocument> NoteAsync(string id, string note, Caller by, CancellationToken cancellation)
    {
        await RequireAsync(id, cancellation);
        return await commands.TellAsync(new ControlCommand.NoteOutage(id, Text.Of("note", note, Core.Facts.OutageNoted.MostCharacters)), by, cancellation);
    }

    /// <exception cref="ApiProblem">There is no such outage, the reason is too long, or the watch is out of reach.</exception>
    public async Task<ToldDocument> CorrectAsync(string id, CorrectionBody body, Caller by, CancellationToken cancellation)
    {
        var correct = new ControlCommand.CorrectCause(id, body.Cause, Text.Of("because", body.Because, CauseCorrected.MostCharacters), body.Roots);
        await RequireAsync(id, (ledger, outage) => CorrectionChecks.ProblemOf(ledger, outage, correct), cancellation);
        return await commands.TellAsync(correct, by, cancellation);
    }

    /// <exception cref="ApiProblem">There is no such outage, what is said makes no sense of it, the reason is too long, or the watch is out of reach.</exception>
    public async Task<ToldDocument> CorrectAsync(string id, OutageCorrectionBody body, Caller by, CancellationToken cancellation)
    {
        var correct = new ControlCommand.CorrectOutage(id, body.Claim, Text.Of("because", body.Because, CauseCorrected.MostCharacters))
        {
            Began = BoundsOf("began", body.BeganEarliest, body.BeganLatest),
            Ended = BoundsOf("ended", body.EndedEarliest, body.EndedLatest),
            Withdraws = body.Withdraws,
        };
        await RequireAsync(id, (ledger, outage) => CorrectionChecks.ProblemOf(ledger, outage, correct), cancellation);
        return await commands.TellAsync(correct, by, cancellation);
    }

    private static Bounds? BoundsOf(string what, Instant? earliest, Instant? latest) =>
        earliest is null && latest is null ? null
        : (earliest ?? latest)!.Value is var from && (latest ?? earliest)!.Value is var to && to >= from ? new Bounds(from, to)
        : throw Senseless("NIN4302", $"{what}_latest is before {what}_earliest.");

    private static ApiProblem Senseless(string code, string what) => new(422, code, "Correction makes no sense", what, "See what is on record of the outage, and correct that.");

    private const int MostAcknowledgement = 500;

    private Task<bool> RequireAsync(string id, Func<LedgerProjection, Outage, (string Code, string What)?> problemOf, CancellationToken cancellation) => ledger.ReadAsync(
        ledger => problemOf(ledger, Find(ledger, id)) is var (code, what) ? throw Senseless(code, what) : true, cancellation);

    private Task<bool> RequireAsync(string id, CancellationToken cancellation) => ledger.ReadAsync(ledger => Find(ledger, id) is not null, cancellation);

    private static Outage Find(LedgerProjection ledger, string id) => ledger.FindOutage(id)
        ?? throw ApiProblem.NotFound("NIN4007", "No such outage", $"No outage on record is named '{id}'.{DidYouMean.Sentence(id, ledger.Outages.Select(outage => outage.Id))}");

    private (IncidentReport Report, string? NotPriced) MakeReport(LedgerProjection ledger, Outage outage, Policy policy)
    {
        var plan = console.Pricing(ledger);
        try
        {
            return (IncidentMaker.Make(ledger, new IncidentRequest(outage, policy, plan)), null);
        }
        catch (PricingException not)
        {
            return (IncidentMaker.Make(ledger, new IncidentRequest(outage, policy, null)), $"{not.Code}: {not.Message}");
        }
    }

    private OpenCost? WhileOpen(LedgerProjection ledger, Outage outage, Policy policy)
    {
        if (!outage.IsOpen || outage.Region is not null || console.Pricing(ledger) is not { } plan) return null;
        try
        {
            var currency = plan.Sources.Currency;
            return OpenLoss.Of(ledger.Find(outage.Component)!, plan, policy) is { } open ? new OpenCost(Bounded.Of(open.Loss.Total, currency), Bounded.Of(open.Minute, currency), Bounded.Of(open.Hour, currency)) : null;
        }
        catch (PricingException)
        {
            return null; // said beside the report
        }
    }

    /// <summary>The lost time of outages as a policy weighs it, by outage.</summary>
    private static Dictionary<string, (Nines.Pricing.Losses.LostEpisode Episode, Estimate Seconds)> WeighedOf(LedgerProjection ledger, Policy policy, List<Outage> outages)
    {
        var weighed = new Dictionary<string, (Nines.Pricing.Losses.LostEpisode, Estimate)>(StringComparer.Ordinal);
        foreach (var group in outages.Where(outage => outage.Region is null).GroupBy(outage => outage.Component))
        {
            var wanted = group.Select(outage => outage.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var episode in Pricer.EpisodesOf(ledger.Find(group.Key)!, policy, group.Min(outage => outage.From), group.Max(outage => outage.KnownUntil)))
                if (wanted.Contains(episode.Id)) weighed.Add(episode.Id, (episode, Estimate.Spanning(episode.SurelyS, episode.LikelyS, episode.PossiblyS)));
        }
        return weighed;
    }

    private static (Dictionary<string, Estimate> Losses, string? NotPriced) Price(IEnumerable<Outage> outages, Dictionary<string, (Nines.Pricing.Losses.LostEpisode Episode, Estimate Seconds)> weighed, PricingPlan plan)
    {
        var losses = new Dictionary<string, Estimate>(StringComparer.Ordinal);
        var not = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var outage in outages)
        {
            if (!weighed.TryGetValue(outage.Id, out var lost) || !plan.Of(outage.Component).Any()) continue;
            try
            {
                losses.Add(outage.Id, Pricer.Price(lost.Episode, plan).Total);
            }
            catch (PricingException unusable)
            {
                not.Add($"{outage.Component} could not be priced and is in no figure: {unusable.Code}: {unusable.Message}");
            }
        }
        return (losses, not.Count == 0 ? null : string.Join(' ', not));
    }

    /// <summary>A sixth of its length, and at least a minute, before and after it.</summary>
    private static ImmutableArray<TrackDocument> TracksOf(LedgerProjection ledger, Outage outage)
    {
        var component = ledger.Find(outage.Component)!;
        var margin = Duration.Max(Duration.FromMinutes(1), (outage.KnownUntil - outage.From) / 6);
        var (from, to) = (outage.From - margin, Instant.Min(outage.KnownUntil + margin, component.Frontier ?? outage.KnownUntil));
        TrackDocument Of(string? region, Track track) => new(region, [.. track.Within(from, to).Select(stretch =>
            new TrackStretch(stretch.From, stretch.To, stretch.Segment.Best, stretch.Segment.Likely, stretch.Segment.Worst, stretch.Segment.Window, stretch.Segment.Outage, stretch.IsDisputed))]);
        return [Of(null, component.Whole), .. component.Regions.Select(region => Of(region.Key, region.Value))];
    }

    private static CascadeGraph CascadeOf(LedgerProjection ledger, Outage outage)
    {
        bool Meanwhile(Outage other) => other.Began.Earliest < outage.KnownUntil && other.KnownUntil > outage.Began.Earliest;
        var roots = outage.Causes.SelectMany(share => share.Cause.Roots).Distinct().ToList();
        var dependants = ledger.Outages.Where(other => Meanwhile(other) && other.Causes.Any(share => share.Cause.Roots.Contains(outage.Component))).Select(other => other.Component).Distinct().ToList();
        // What lies between: who needs a root and is needed by this one, however far.
        var nodes = new List<Core.Components.ComponentId> { outage.Component };
        nodes.AddRange(roots.Concat(dependants).Distinct().Where(id => !nodes.Contains(id)));
        foreach (var between in ledger.Components.Select(component => component.Id).Where(id => !nodes.Contains(id)).ToList())
            if (roots.Any(root => ledger.Dependencies.Reaches(between, root) && ledger.Dependencies.Reaches(outage.Component, between))
                || dependants.Any(dependant => ledger.Dependencies.Reaches(dependant, between) && ledger.Dependencies.Reaches(between, outage.Component)))
                nodes.Add(between);
        return new CascadeGraph(
            [.. nodes.Select(id => new CascadeNode(
                id, id == outage.Component ? "this" : roots.Contains(id) ? "root" : dependants.Contains(id) ? "dependant" : "between",
                ledger.Find(id)?.Outages.Where(Meanwhile).Select(other => other.Worst).DefaultIfEmpty(State.Up).Max() ?? State.Unknown,
                [.. ledger.Find(id)?.Outages.Where(Meanwhile).Select(other => other.Id) ?? []]))],
            [.. nodes.SelectMany(from => ledger.Dependencies.MentionedBy(from).Where(nodes.Contains).Select(to => new CascadeLink(from, to)))]);
    }
}
