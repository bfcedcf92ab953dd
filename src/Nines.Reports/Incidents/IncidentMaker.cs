using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Ledger.Objectives;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Documents;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Reports.Incidents;

/// <summary>What an incident is reported from, beside the ledger.</summary>
public sealed record IncidentRequest(Outage Outage, Policy Policy, PricingPlan? Plan);

/// <summary>Makes an <see cref="IncidentReport"/>, but for what <see cref="IncidentReport.With"/> adds. Pure.</summary>
public sealed class IncidentMaker
{
    private readonly LedgerProjection ledger;
    private readonly IncidentRequest request;
    private readonly Outage outage;
    private readonly Instant end;

    private IncidentMaker(LedgerProjection ledger, IncidentRequest request) =>
        (this.ledger, this.request, outage, end) = (ledger, request, request.Outage, request.Outage.LikelyEnded ?? request.Outage.KnownUntil);

    /// <exception cref="Nines.Pricing.PricingException">A rate or a series does not reach there.</exception>
    public static IncidentReport Make(LedgerProjection ledger, IncidentRequest request) => new IncidentMaker(ledger, request).Make();

    private IncidentReport Make()
    {
        ImmutableArray<NoticeLine> notices = [.. ledger.Notices.Values.Where(notice => notice.Outage == outage.Id).OrderBy(notice => notice.At).ThenBy(notice => notice.Channel, StringComparer.Ordinal).Select(Line)];
        ImmutableArray<RelatedOutage> roots = [.. Roots()];
        ImmutableArray<RelatedOutage> dependants = [.. Dependants()];
        var cost = Cost();
        ImmutableArray<BudgetShare> budgets = [.. Budgets()];
        return new IncidentReport
        {
            Schema = IncidentReport.SchemaName,
            AsOfPosition = ledger.Position.Value,
            Policy = PolicyDocument.Of(request.Policy),
            Pricing = request.Plan is { } plan ? new PricingDocument(plan.Digest, plan.Sources.Currency.Code) : null,
            Outage = OutageDocument.From(outage, request.Policy),
            LengthS = Told.Of(outage.Length),
            Sentences = [.. Sentences(cost, dependants)],
            Timeline = [.. Events(notices, roots, dependants).OrderBy(one => one.Earliest).ThenBy(one => one.Latest).ThenBy(one => one.Position)],
            Reasoning = [],
            Cost = cost,
            Roots = roots,
            Dependants = dependants,
            Notices = notices,
            Budgets = budgets,
            Shorter = [.. Shorter(notices)],
            Notes = [.. Notes(cost)],
            Method =
            [
                $"Policy {request.Policy.Name}/{request.Policy.Version}: {request.Policy.About}",
                $"As of journal position {ledger.Position}{(request.Plan is { } priced ? $", pricing with SHA-256 {priced.Digest}" : "")}. The same give the same figures:",
                $"nines report incident {outage.Id} --policy {request.Policy.Name} --as-of {ledger.Position}",
            ],
        };
    }

    private IEnumerable<string> Sentences(IncidentCost? cost, ImmutableArray<RelatedOutage> dependants)
    {
        var seen = outage.Region is null ? outage.Component.Value : $"{outage.Component} as seen from {outage.Region}";
        yield return $"{seen} was {outage.Worst.Word()} for {outage.Length}{(outage.IsOpen ? ", and still is as far as known" : "")}, likely from {InstantText.Of(outage.LikelyBegan)[..19]}{(outage.IsOpen ? "" : $" to {InstantText.Of(end)[..19]}")} UTC.";
        if (OutageCounting.Of(outage, request.Policy).WhyNot is { } why) yield return $"It {why}.";
        if (outage.CorrectedTime is { } time) yield return CorrectionWords.Of(outage, time);
        yield return $"The cause is {outage.Cause.Kind.ToString().ToLowerInvariant()}: {MonthlyShort(outage.Cause.Because)}{(outage.CorrectedCause is { } corrected ? $", as {corrected.By} corrected it" : "")}.";
        foreach (var root in RootOutages())
            foreach (var holds in new[] { root.CorrectedCause, root.CorrectedTime }.OfType<Correction>()) yield return CorrectionWords.OfRoot(root, holds);
        if (cost is not null) yield return $"It cost {cost.Loss.Text}{(outage.IsOpen ? " so far" : "")}{(cost.Liabilities.High > 0 ? $", and made liabilities of {cost.Liabilities.Text}, which are not in it" : "")}.";
        if (!dependants.IsEmpty) yield return $"It took {string.Join(", ", dependants.Select(one => one.Component.Value).Distinct())} with it.";
        yield return outage.Acknowledged is { } taken ? $"{taken.By} took it up at {InstantText.Of(taken.At)[..19]} UTC." : "Nobody acknowledged it.";
    }

    private IEnumerable<IncidentEvent> Events(ImmutableArray<NoticeLine> notices, ImmutableArray<RelatedOutage> roots, ImmutableArray<RelatedOutage> dependants)
    {
        yield return new IncidentEvent(outage.Began.Earliest, outage.Began.Latest, $"{outage.Component} began to be {outage.Worst.Word()}", null);
        if (outage.Ended is { } ended) yield return new IncidentEvent(ended.Earliest, ended.Latest, outage.IsCutOff ? "its component was taken out of the config; what became of it is not known" : $"{outage.Component} was back", null);
        foreach (var (related, role) in roots.Select(root => (root, "root")).Concat(dependants.Select(one => (one, "dependant"))))
        {
            yield return new IncidentEvent(related.BeganLikely, related.BeganLikely, $"{related.Outage} began, of the {role} {related.Component}", null);
            if (related.EndedLikely is { } at) yield return new IncidentEvent(at, at, $"{related.Outage} was over", null);
        }
        foreach (var notice in notices) yield return new IncidentEvent(notice.At, notice.At, notice.Failed is null ? $"{notice.Channel} was told that it {notice.Phase}" : $"{notice.Channel} could not be told that it {notice.Phase}: {notice.Failed}", null);
        if (outage.Acknowledged is { } taken) yield return new IncidentEvent(taken.At, taken.At, $"{taken.By} took it up{(taken.Note is null ? "" : $": {taken.Note}")}", null);
        foreach (var note in outage.Notes) yield return new IncidentEvent(note.At, note.At, $"{note.By}: {note.Note}", note.Position.Value);
        foreach (var correction in outage.Corrections)
            yield return new IncidentEvent(correction.At, correction.At, $"{correction.By} {CorrectionWords.Did(correction)}: {correction.Because}", correction.Position.Value);
        foreach (var window in WindowsAround()) yield return new IncidentEvent(window.From, window.To, $"maintenance window {window.Window}, {window.Seen.Word()} seen under it", null);
    }

    private IEnumerable<Maintained> WindowsAround() =>
        (ledger.Find(outage.Component)?.Maintenance ?? []).Where(kept => outage.Region is null && kept.From < outage.KnownUntil && kept.To >= outage.Began.Earliest);

    private NoticeLine Line(NoticeSent notice) =>
        new(notice.Phase, notice.Channel, notice.At, DocumentJson.Seconds(notice.At - (notice.Phase == "closed" ? end : outage.LikelyBegan)), notice.Failed);

    private IEnumerable<RelatedOutage> Roots() => RootOutages().Select(root => Related(root, null));

    private IEnumerable<Outage> RootOutages() => outage.Causes.SelectMany(share => share.Cause.Roots).Distinct().SelectMany(root => (ledger.Find(root)?.Outages ?? []).Where(Overlaps));

    private IEnumerable<RelatedOutage> Dependants() => ledger.Components.SelectMany(component => component.Outages)
        .Where(other => Overlaps(other) && other.Causes.Any(share => share.Cause.Roots.Contains(outage.Component)))
        .Select(other => Related(other, CascadeOf(other)));

    private bool Overlaps(Outage other) => other.Began.Earliest < outage.KnownUntil && other.KnownUntil > outage.Began.Earliest;

    private static RelatedOutage Related(Outage other, Told? loss) => new(other.Component, other.Id, other.LikelyBegan, other.LikelyEnded, Told.Of(other.Length), loss);

    private Told? CascadeOf(Outage dependant)
    {
        if (Price(dependant, null) is not { } loss) return null;
        var shares = Pricer.AlongCascade([new ComponentLoss(dependant.Component, request.Plan!.Sources.Currency, [loss])]).Where(share => share.Root == outage.Component);
        return Told.Of(Estimate.Sum(shares.Select(share => share.Amount)), request.Plan.Sources.Currency);
    }

    private EpisodeLoss? Price(Outage one, Dictionary<string, Working>? workings)
    {
        if (request.Plan is not { } plan || one.Region is not null || !plan.Of(one.Component).Any() || ledger.Find(one.Component) is not { } component) return null;
        return Pricer.EpisodesOf(component, request.Policy, one.From, one.KnownUntil).FirstOrDefault(episode => episode.Id == one.Id) is { } lost ? Pricer.Price(lost, plan, workings) : null;
    }

    private IncidentCost? Cost()
    {
        var workings = new Dictionary<string, Working>(StringComparer.Ordinal);
        if (Price(outage, workings) is not { } loss) return null;
        var currency = request.Plan!.Sources.Currency;
        return new IncidentCost(Told.Of(loss.Total, currency), Told.Of(loss.Liabilities, currency), EpisodeLossDocument.Of(loss), [.. workings.Select(model => new ModelWorking(model.Key, model.Value.Done()))]);
    }

    private IEnumerable<BudgetShare> Budgets()
    {
        var at = outage.KnownUntil;
        if (ledger.Objectives.IsEmpty || at <= ledger.WatchedFrom || outage.Region is not null) yield break;
        var reporter = new ObjectiveReporter(ledger, at);
        foreach (var report in ledger.Objectives.SelectMany(objective => reporter.Make(objective)).Where(report => report.Component == outage.Component))
            if (report.ByOutage.FirstOrDefault(spent => spent.Outage == outage.Id) is { } spent)
                yield return new BudgetShare(report.Objective.Name, report.Objective.Target, report.Objective.Window.ToString(), Told.Of(spent.Lost), DocumentJson.Share(spent.Share), PercentText.Of(spent.Share, 1));
    }

    /// <summary>Only what is on record: no advice is made up.</summary>
    private IEnumerable<string> Shorter(ImmutableArray<NoticeLine> notices)
    {
        foreach (var root in Roots().Where(root => root.EndedLikely < end && outage.Causes.Any(share => share.Cause.Kind == CauseKind.Upstream)).GroupBy(root => root.Component).Select(group => group.MaxBy(root => root.EndedLikely)!))
            yield return $"{root.Component} was back at {InstantText.Of(root.EndedLikely!.Value)[..19]} UTC; {outage.Component} took {SpokenDuration.Of(end - root.EndedLikely.Value)} more to recover{(outage.IsOpen ? " so far" : "")}.";
        var told = notices.Where(notice => notice is { Phase: "opened", Failed: null }).ToList();
        if (told.Count > 0) yield return $"The first notice was delivered {SpokenDuration.Of(told.Min(notice => notice.At) - outage.LikelyBegan)} after it likely began{(ledger.Find(outage.Component)?.ResolutionBetween(outage.Began.Earliest, outage.KnownUntil) is { } resolution ? $"; with the probes as they were, an outage is surely found within {SpokenDuration.Of(resolution, Rounding.Up)}" : "")}.";
        foreach (var failed in notices.Where(notice => notice.Failed is not null)) yield return $"{failed.Channel} could not be told that it {failed.Phase}: {failed.Failed}.";
        if (outage.Acknowledged is { } taken) yield return $"From the likely beginning until {taken.By} took it up, {SpokenDuration.Of(taken.At - outage.LikelyBegan)} went by.";
        foreach (var window in WindowsAround().Where(window => window.To == outage.Began.Earliest)) yield return $"Planned work ({window.Window}) was not over when its window was.";
        if (outage.Unseen > Duration.Zero) yield return $"For {SpokenDuration.Of(outage.Unseen)} of it nobody looked: it may have been over sooner than is known.";
    }

    private IEnumerable<string> Notes(IncidentCost? cost)
    {
        yield return "A figure in brackets is what is surely and what is possibly so. Instants are UTC.";
        if (request.Plan is null) yield return "Nothing says what things cost (no `pricing` in the config, no --pricing): the loss is not reckoned, and not zero.";
        else if (cost is null) yield return outage.Region is not null ? "The outage of one region has no cost of its own: it is in the component's, under a policy that counts regions." : OutageCounting.Of(outage, request.Policy).WhyNot is { } why ? $"It has no cost, for it {why}." : $"{outage.Component} has no price, or nothing of this outage counts as lost under the policy.";
        foreach (var corrected in HandCorrections.Of([outage]).Sentences(request.Policy)) yield return corrected;
        foreach (var assumption in cost?.Detail.Models.SelectMany(model => model.Assumptions).Distinct(StringComparer.Ordinal) ?? []) yield return assumption;
        if (outage.IsOpen) yield return string.Create(CultureInfo.InvariantCulture, $"It was open at {InstantText.Of(outage.KnownUntil)[..19]} UTC, where knowing ends; nothing is claimed of what came after.");
    }

    private static string MonthlyShort(string text) => Monthly.MonthlyText.Short(text);
}
