using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>What incidents the page has: those that people posted, and outages that nobody posted about. Pure.</summary>
internal static class PageIncidents
{
    /// <param name="from">Those that were resolved before are left out.</param>
    /// <returns>The newest first.</returns>
    public static ImmutableArray<PageIncident> Of(LedgerProjection ledger, PageOptions options, PublicIds ids, Instant from, Instant now)
    {
        var outages = new PublicOutages(ledger, options);
        var posted = ledger.Incidents.Select(incident => Of(incident, outages, options)).Where(incident => incident is not null).Select(incident => incident!).ToList();
        var spoken = ledger.Incidents.SelectMany(incident => incident.Posts).Select(post => post.Outage).OfType<string>().ToHashSet(StringComparer.Ordinal);
        IEnumerable<PageIncident> automatic = options.Automatic ? outages.Groups.Where(group => !group.Any(one => spoken.Contains(one.Outage.Id))).Select(group => Of(group, options, ids)) : [];
        return
        [
            .. posted.Concat(automatic)
                .Where(incident => incident.CreatedAt <= now && (!incident.IsResolved || incident.UpdatedAt >= from))
                .OrderByDescending(incident => incident.Began.Midpoint).ThenBy(incident => incident.Id, StringComparer.Ordinal),
        ];
    }

    /// <returns>Null for one of which nothing is left that the page shows: its components are no longer public.</returns>
    private static PageIncident? Of(PostedIncident incident, PublicOutages outages, PageOptions options)
    {
        ImmutableArray<string> Known(IncidentPosted post) => [.. options.Components.Select(component => component.Id).Where(post.Components.Contains)];
        var last = incident.Last;
        if (last.Components.Length > 0 && Known(last).IsEmpty) return null;
        var about = incident.Posts.Select(post => post.Outage).OfType<string>().LastOrDefault() is { } name ? outages.Find(name) : null;
        return new PageIncident
        {
            Id = incident.Id,
            Name = WrittenText.Shown(last.Name, lines: false),
            Phase = last.Phase,
            Impact = last.Impact,
            IsAutomatic = false,
            CreatedAt = incident.Posts[0].At,
            Began = about?.Began ?? new Bounds(incident.Posts[0].At, incident.Posts[0].At),
            Ended = about?.Ended,
            Length = about is { IsOpen: false } ? about.Length : null,
            Components = Known(last),
            Updates = [.. incident.Posts.Select((post, index) => new PageUpdate($"update/{index + 1}", post.Phase, WrittenText.Shown(post.Body), post.At, Known(post)))],
        };
    }

    /// <summary>
    /// What people corrected of when it was, and withdrew again, in order. Who and why is not for the public. Each is told only of components for which it
    /// is true: one that another outage of the same incident has hit was out all the same.
    /// </summary>
    private static IEnumerable<(Correction Of, string Text, ImmutableArray<string> Components)> CorrectionsOf(ImmutableArray<OutageOfPublic> group, PageOptions options)
    {
        var told = new HashSet<long>();
        var corrections = group.Select(one => one.Outage).DistinctBy(outage => outage.Id).SelectMany(outage => outage.Corrections.Select(correction => (Outage: outage, Correction: correction)));
        foreach (var (outage, one) in corrections.OrderBy(pair => pair.Correction.Position.Value))
        {
            var concerned = options.Components.Where(component => group.Any(hit => hit.Outage.Id == outage.Id && hit.Public.Id == component.Id)).ToArray();
            var others = group.Where(hit => hit.Outage.Id != outage.Id && concerned.Any(component => component.Id == hit.Public.Id)).Select(hit => (hit.Public.Id, FalseAlarm: FalseAlarmAsOf(one, hit.Outage))).ToArray();
            if (one.Claim != CorrectionClaim.Withdrawn)
                concerned = [.. concerned.Where(component => others.All(other => other.Id != component.Id || one.Claim == CorrectionClaim.FalseAlarm && other.FalseAlarm is not null))];
            if (concerned.Length == 0 || TextOf(one, PageWords.Names(concerned, options.Texts), options, told) is not { Length: > 0 } text) continue;
            told.Add(one.Position.Value);
            // It holds only while these do.
            if (one.Claim == CorrectionClaim.FalseAlarm) told.UnionWith(others.Where(other => concerned.Any(component => component.Id == other.Id)).Select(other => other.FalseAlarm!.Position.Value));
            yield return (one, text, [.. concerned.Select(component => component.Id)]);
        }
    }

    /// <summary>By which an outage was a false alarm when a correction of another was made; null where it was none then.</summary>
    private static Correction? FalseAlarmAsOf(Correction then, Outage outage)
    {
        var known = outage.Corrections.Where(one => one.Position.Value < then.Position.Value).ToArray();
        var withdrawn = known.Select(one => one.Withdraws).ToHashSet();
        return known.LastOrDefault(one => one.Claim is CorrectionClaim.FalseAlarm or CorrectionClaim.Bounds && !withdrawn.Contains(one.Position.Value)) is { Claim: CorrectionClaim.FalseAlarm } found ? found : null;
    }

    /// <param name="told">Positions of what the public was told: only that is withdrawn before it.</param>
    private static string? TextOf(Correction one, string names, PageOptions options, HashSet<long> told) => one.Claim switch
    {
        CorrectionClaim.Cause => null,
        CorrectionClaim.FalseAlarm => options.Texts.Fill("incident.corrected.false_alarm", ("components", names)),
        CorrectionClaim.Bounds => string.Join(' ', new[]
        {
            one.Began is { } began ? options.Texts.Fill("incident.corrected.began", ("components", names), ("since", PageWords.When(began, options))) : null,
            one.Ended is { } ended ? options.Texts.Fill("incident.corrected.ended", ("components", names), ("until", PageWords.When(ended, options))) : null,
        }.OfType<string>()),
        CorrectionClaim.Withdrawn => one.Withdraws is { } position && told.Contains(position) ? options.Texts["incident.corrected.withdrawn"] : null,
    };

    private static PageIncident Of(ImmutableArray<OutageOfPublic> group, PageOptions options, PublicIds ids)
    {
        var first = group.MinBy(one => (one.Said, one.Outage.Id))!;
        var began = group.MinBy(one => one.Outage.LikelyBegan)!.Outage.Began;
        // What was said stays as it was said, and when; what somebody corrected is told in an update of its own.
        var seen = group.MinBy(one => one.Outage.Observed?.Began.Midpoint ?? one.Outage.LikelyBegan)!.Outage;
        var observed = seen.Observed?.Began ?? seen.Began;
        var isOpen = group.Any(one => one.Outage.IsOpen);
        var components = options.Components.Where(component => group.Any(one => one.Public.Id == component.Id)).ToArray();
        ImmutableArray<string> affected = [.. components.Select(component => component.Id)];
        var partly = group.All(one => one.IsPartial);
        var impact = partly ? IncidentImpact.Minor : affected.Length > 1 && affected.Length == options.Components.Length ? IncidentImpact.Critical : IncidentImpact.Major;
        var names = PageWords.Names(components, options.Texts);
        var texts = options.Texts;
        var regions = RegionsOf(group, options);
        var variant = regions is not null ? ".regional" : partly ? ".partly" : "";
        var updates = ImmutableArray.CreateBuilder<PageUpdate>(2);
        updates.Add(new PageUpdate("update/1", IncidentPhase.Investigating,
            PageMarkdown.Escape(texts.Fill($"incident.began{variant}", ("components", names), ("regions", regions ?? ""), ("since", PageWords.When(observed, options)))), first.Said, affected));
        Bounds? ended = null;
        Length? length = null;
        var said = Instant.MaxValue;
        if (!isOpen)
        {
            ended = group.MaxBy(one => one.Outage.LikelyEnded)!.Outage.Ended;
            var last = group.MaxBy(one => one.Outage.Observed?.Ended?.Midpoint ?? one.Outage.LikelyEnded)!.Outage;
            // Of several the time from the first beginning to the last end is told; of one what it was, without holes and maintenance.
            length = group.Length == 1 ? last.Length : null;
            said = Instant.Max(first.Said, group.Max(one => one.Outage.Observed?.Ended?.Latest ?? one.Outage.KnownUntil));
            var (lasted, until) = (length is null ? (Length?)null : last.Observed?.Length ?? length, last.Observed?.Ended ?? last.Ended!.Value);
            var how = lasted is { } known ? PageWords.Length(known, options.Texts) : null;
            var text = group.All(one => one.Outage.IsCutOff) ? texts["incident.cut_off"]
                : how is null ? texts.Fill("incident.ended", ("components", names), ("until", PageWords.When(until, options)))
                : texts.Fill("incident.ended.length", ("components", names), ("until", PageWords.When(until, options)), ("length", how));
            updates.Add(new PageUpdate("update/2", IncidentPhase.Resolved, PageMarkdown.Escape(text), said, affected));
        }
        foreach (var (of, text, about) in CorrectionsOf(group, options))
        {
            var at = Instant.Max(of.At, first.Said);
            updates.Add(new PageUpdate($"correction/{ids.Of("correction", $"{of.Position}", of.At)}", at < said ? IncidentPhase.Investigating : IncidentPhase.Resolved, PageMarkdown.Escape(text), at, about));
        }
        return new PageIncident
        {
            Id = ids.Of("outage", first.Outage.Id, first.Said),
            Name = texts.Fill($"incident.name{variant}", ("components", PageWords.Names(components, texts, most: 2)), ("regions", regions ?? "")),
            Phase = isOpen ? IncidentPhase.Investigating : IncidentPhase.Resolved,
            Impact = impact,
            IsAutomatic = true,
            CreatedAt = first.Said,
            Began = began,
            Ended = ended,
            Length = length,
            Components = affected,
            Updates = [.. updates.OrderBy(update => update.At)],
        };
    }

    /// <returns>Where it is out, by public names; null unless all of it is regional, and each of its regions has a public name: half of them would mislead.</returns>
    private static string? RegionsOf(ImmutableArray<OutageOfPublic> group, PageOptions options)
    {
        var regions = group.Select(one => one.Outage.Region).Distinct().ToArray();
        return regions.All(region => region is not null && options.Regions.ContainsKey(region))
            ? PageWords.Listed([.. regions.Select(region => options.Regions[region!]).Distinct().Order(StringComparer.Ordinal)], options.Texts) : null;
    }
}

/// <summary>An outage of something that stands behind a public component.</summary>
/// <param name="Said">When it was put on record that it is down; of an imported one when it began.</param>
/// <param name="IsPartial">Some users of the public component are served.</param>
internal sealed record OutageOfPublic(PublicComponent Public, Outage Outage, Instant Said, bool IsPartial);

/// <summary>The outages that a page's components had, those of one root together.</summary>
internal sealed class PublicOutages
{
    private readonly LedgerProjection ledger;
    private readonly List<OutageOfPublic> outages = [];

    public PublicOutages(LedgerProjection ledger, PageOptions options)
    {
        this.ledger = ledger;
        foreach (var component in options.Components)
            foreach (var id in component.Shows)
                if (ledger.Find(id) is { } behind) Add(component, behind);
        // What lasted too short is left out here only: bars and figures have it.
        Groups =
        [
            .. outages.GroupBy(RootOf, StringComparer.Ordinal)
                .Select(group => group.ToImmutableArray())
                .Where(group => group.Any(one => one.Outage.Length.Likely >= options.After)),
        ];
    }

    public ImmutableArray<ImmutableArray<OutageOfPublic>> Groups { get; }

    /// <summary>By its internal name; also one of a component that is not public.</summary>
    public Outage? Find(string outage) =>
        outages.Find(one => one.Outage.Id == outage)?.Outage ?? ledger.Components.SelectMany(component => component.Outages.Concat(component.RegionalOutages)).FirstOrDefault(one => one.Id == outage);

    private void Add(PublicComponent component, ComponentLedger behind)
    {
        foreach (var outage in behind.Outages) Add(component, outage, isPartial: component.Shows.Length > 1);
        // What a region had while the whole was down too is the whole's outage.
        foreach (var outage in behind.RegionalOutages)
            if (!behind.Outages.Any(whole => whole.Began.Earliest < outage.KnownUntil && whole.KnownUntil > outage.Began.Earliest)) Add(component, outage, isPartial: true);
    }

    private void Add(PublicComponent component, Outage outage, bool isPartial)
    {
        // One that nobody said to be likely down is only possible: it is in the bounds, and no incident.
        if ((outage.SaidAt ?? (outage.ImportedFrom is null ? null : outage.LikelyBegan)) is { } said) outages.Add(new OutageOfPublic(component, outage, said, isPartial));
    }

    /// <summary>Dependants that were down because of one root are one incident.</summary>
    private string RootOf(OutageOfPublic one)
    {
        foreach (var cause in one.Outage.Causes)
            if (cause.Cause is { Kind: CauseKind.Upstream, Roots: [var root, ..] }
                && ledger.Find(root)?.Outages.FirstOrDefault(other => other.Began.Earliest <= one.Outage.KnownUntil && other.KnownUntil >= one.Outage.Began.Earliest) is { } behind)
                return behind.Id;
        return one.Outage.Id;
    }
}
