using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Snapshots;

namespace Nines.Ledger;

public sealed partial class ComponentLedger
{
    internal void Save(SnapshotWriter to)
    {
        to.Flag(Summary is not null);
        if (Summary is { } summary) Save(summary, to);
        to.Flag(InConfig);
        to.Flag(Paused is not null);
        if (Paused is { } paused)
        {
            to.Instant(paused.At);
            to.Components(paused.Components);
            to.Text(paused.By);
            to.Text(paused.Reason);
            to.Maybe(paused.Until, to.Instant);
        }
        to.Maybe(ownFrontier, to.Instant);
        to.All(retired, to.Instant);
        to.All(declared, one =>
        {
            to.Instant(one.At);
            to.Maybe(one.Resolution, to.Duration);
        });
        to.All(late, one =>
        {
            to.Instant(one.From);
            to.Instant(one.To);
            to.Duration(one.Resolution);
        });
        to.All(Whole.Segments, to.Segment);
        SaveImports(to);
        to.All(regions, region =>
        {
            to.Text(region.Key);
            to.All(region.Value.Segments, to.Segment);
        });
        to.All(said, one =>
        {
            to.Text(one.Key);
            to.Instant(one.Value);
        });
        to.All(named, to.Text);
        Save(Evidence, to);
        Save(Revisions, to);
        to.All(Blips, blip =>
        {
            to.Number((ulong)blip.Position.Value);
            to.Text(blip.Probe.Component.Value);
            to.Text(blip.Probe.Name);
            to.Text(blip.From.Value);
            to.Byte((byte)blip.Suspected);
            to.Bounds(blip.When);
            to.Cause(blip.Because);
        });
    }

    /// <summary>Of a new one: what <see cref="Save(SnapshotWriter)"/> wrote.</summary>
    internal void Restore(SnapshotReader from)
    {
        Summary = from.Flag() ? SummaryOf(from) : null;
        InConfig = from.Flag();
        Paused = from.Flag() ? new ProbingPaused(from.Instant(), from.Components(), from.Required(), from.Text(), from.Maybe(from.Instant)) : null;
        ownFrontier = from.Maybe(from.Instant);
        from.Into(retired, from.Instant);
        from.Into(declared, () => (from.Instant(), from.Maybe(from.Duration)));
        from.Into(late, () => (from.Instant(), from.Instant(), from.Duration()));
        Whole.Restore(from);
        RestoreImports(from);
        var count = from.Count();
        for (var i = 0; i < count; i++) TrackOf(from.Required()).Restore(from);
        count = from.Count();
        for (var i = 0; i < count; i++) said.Add(from.Required(), from.Instant());
        foreach (var outage in from.Array(from.Required)) named.Add(outage);
        Restore(Evidence, from);
        Restore(Revisions, from);
        from.Into(Blips, () => new Blip(
            new JournalPosition((long)from.Number()), new ProbeId(from.Component(), from.Required()), new VantagePointId(from.Required()), (State)from.Byte(), from.Bounds(), from.Cause()));
    }

    private void SaveImports(SnapshotWriter to)
    {
        to.Flag(own is not null);
        if (own is null) return;
        to.All(own.Segments, to.Segment);
        to.All(imported.Segments, to.Segment);
        to.Number((ulong)ImportedOutages);
        to.All(imports, import =>
        {
            to.Number((ulong)import.Position.Value);
            to.Instant(import.At);
            to.Text(import.Source);
            to.Text(import.Digest);
            to.Instant(import.From);
            to.Instant(import.To);
            to.Maybe(import.Resolution, to.Duration);
            to.Number((ulong)import.Repairs);
        });
    }

    private void RestoreImports(SnapshotReader from)
    {
        if (!from.Flag()) return;
        (own = new Track(owner.Corrected)).Restore(from);
        imported.Restore(from);
        ImportedOutages = (int)from.Number();
        from.Into(imports, () => new ImportOnRecord(
            new JournalPosition((long)from.Number()), from.Instant(), from.Required(), from.Required(), from.Instant(), from.Instant(), from.Maybe(from.Duration), (int)from.Number()));
    }

    private static void Save(List<EvidenceAt> list, SnapshotWriter to) => to.All(list, at =>
    {
        to.Number((ulong)at.Position.Value);
        to.Instant(at.At);
        to.Bounds(at.When);
    });

    private static void Restore(List<EvidenceAt> list, SnapshotReader from) =>
        from.Into(list, () => new EvidenceAt(new JournalPosition((long)from.Number()), from.Instant(), from.Bounds()));

    private static void Save(ComponentSummary summary, SnapshotWriter to)
    {
        to.Text(summary.Id.Value);
        to.Text(summary.Kind.ToString());
        to.All(summary.Labels, label =>
        {
            to.Text(label.Key);
            to.Text(label.Value);
        });
        to.Components(summary.Needs);
        to.All(summary.Regions, to.Text);
        to.Maybe(summary.Resolution, to.Duration);
    }

    private static ComponentSummary SummaryOf(SnapshotReader from) => new(
        from.Component(),
        Enum.Parse<ComponentKind>(from.Required()),
        from.Array(() => KeyValuePair.Create(from.Required(), from.Required())).ToImmutableSortedDictionary(),
        from.Components(),
        from.Array(from.Required),
        from.Maybe(from.Duration));
}
