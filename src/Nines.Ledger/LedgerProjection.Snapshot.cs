using System.Text;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger.Objectives;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Snapshots;

namespace Nines.Ledger;

/// <summary>All that was folded, as bytes, and back. What is kept here and there only to be quick is left out.</summary>
public sealed partial class LedgerProjection
{
    /// <exception cref="InvalidOperationException">It was extended beyond its facts: what is not on record must not get into a snapshot.</exception>
    internal void Save(SnapshotWriter to)
    {
        if (isExtended) throw new InvalidOperationException("A ledger that was extended to now is no snapshot of its facts.");
        to.Number((ulong)Position.Value);
        to.Maybe(WatchedUntil, to.Instant);
        to.Flag(Run is not null);
        if (Run is { } run)
        {
            to.Instant(run.At);
            to.Text(run.Run);
            to.Text(run.Host);
        }
        to.Flag(StoppedCleanly);
        to.Text(DefaultPolicy);
        to.All(OwnPolicies, policy => to.Text(PolicyText(policy)));
        to.All(Objectives, objective => to.Text(ObjectiveText(objective)));
        to.Text(Dependencies.Text);
        to.All(notices, notice =>
        {
            to.Instant(notice.Value.At);
            to.Text(notice.Value.Outage);
            to.Text(notice.Value.Phase);
            to.Text(notice.Value.Channel);
            to.Text(notice.Value.Failed);
        });
        to.All(noticed, notice =>
        {
            to.Text(notice.Key);
            to.Instant(notice.Value);
        });
        to.All(reports, pair => to.Text(FactText(pair.Value)));
        to.All(reportsSince, pair =>
        {
            to.Text(pair.Key);
            to.Instant(pair.Value);
        });
        to.All([.. incidents.Values.SelectMany(incident => incident.Posts)], post => to.Text(FactText(post)));
        to.All(windows, pair => Save(pair.Value, to));
        to.Number((ulong)Told);
        to.All(acknowledged, pair =>
        {
            to.Instant(pair.Value.At);
            to.Text(pair.Value.Outage);
            to.Text(pair.Value.By);
            to.Text(pair.Value.Note);
        });
        to.All(notes.SelectMany(pair => pair.Value.Select(note => (pair.Key, Note: note))).ToList(), said =>
        {
            to.Text(said.Key);
            to.Number((ulong)said.Note.Position.Value);
            to.Instant(said.Note.At);
            to.Text(said.Note.By);
            to.Text(said.Note.Note);
        });
        to.All(corrections.SelectMany(pair => pair.Value.All.Select(correction => (pair.Key, Correction: correction))).ToList(), said =>
        {
            to.Number((ulong)said.Correction.Position.Value);
            to.Text(FactText(said.Correction.ToFact(said.Key)));
        });
        to.All(components, pair =>
        {
            to.Text(pair.Key.Value);
            pair.Value.Save(to);
        });
    }

    /// <exception cref="InvalidDataException">The bytes are not what <see cref="Save(SnapshotWriter)"/> wrote.</exception>
    internal static LedgerProjection Restore(SnapshotReader from)
    {
        var ledger = new LedgerProjection
        {
            Position = new JournalPosition((long)from.Number()),
            WatchedUntil = from.Maybe(from.Instant),
            Run = from.Flag() ? new WatchStarted(from.Instant(), from.Required(), from.Required()) : null,
            StoppedCleanly = from.Flag(),
            DefaultPolicy = from.Text(),
            OwnPolicies = from.Array(() => PolicyOf(from.Required())),
            Objectives = from.Array(() => ObjectiveOf(from.Required())),
            Dependencies = DependencyGraph.Parse(from.Required()),
        };
        foreach (var notice in from.Array(() => new NoticeSent(from.Instant(), from.Required(), from.Required(), from.Required(), from.Text())))
            ledger.notices.Add(new NoticeKey(notice.Outage, notice.Phase, notice.Channel), notice);
        foreach (var (outage, at) in from.Array(() => (from.Required(), from.Instant()))) ledger.noticed.Add(outage, at);
        foreach (var sent in from.Array(() => (ReportSent)FactJson.Read(Encoding.UTF8.GetBytes(from.Required())))) ledger.reports.Add(ReportKey(sent.Report, sent.Period), sent);
        foreach (var (report, since) in from.Array(() => (from.Required(), from.Instant()))) ledger.reportsSince.Add(report, since);
        foreach (var posts in from.Array(() => (IncidentPosted)FactJson.Read(Encoding.UTF8.GetBytes(from.Required()))).GroupBy(post => post.Incident))
            ledger.incidents.Add(posts.Key, new PostedIncident(posts.Key, [.. posts]));
        foreach (var window in from.Array(() => WindowOf(from))) ledger.windows.Add(window.Id, window);
        ledger.Told = (long)from.Number();
        foreach (var told in from.Array(() => new OutageAcknowledged(from.Instant(), from.Required(), from.Required(), from.Text()))) ledger.acknowledged.Add(told.Outage, told);
        foreach (var (outage, note) in from.Array(() => (from.Required(), new OutageNote(new JournalPosition((long)from.Number()), from.Instant(), from.Required(), from.Required()))))
            ledger.notes[outage] = ledger.NotesOf(outage).Add(note);
        foreach (var (position, fact) in from.Array(() => (new JournalPosition((long)from.Number()), FactJson.Read(Encoding.UTF8.GetBytes(from.Required())))))
        {
            var (outage, correction) = fact switch
            {
                CauseCorrected cause => (cause.Outage, Correction.Of(position, cause)),
                OutageCorrected time => (time.Outage, Correction.Of(position, time)),
                _ => throw new InvalidDataException("a correction of the snapshot is none"),
            };
            ledger.corrections[outage] = ledger.CorrectionsOf(outage).With(correction);
        }
        var count = from.Count();
        for (var i = 0; i < count; i++)
        {
            var component = new ComponentLedger(ledger, from.Component());
            component.Restore(from);
            ledger.components.Add(component.Id, component);
        }
        return ledger;
    }

    private static void Save(WindowOnRecord window, SnapshotWriter to)
    {
        to.Text(window.Id);
        to.Components(window.Components);
        to.Instant(window.From);
        to.Instant(window.To);
        to.Text(window.By);
        to.Text(window.Reason);
        to.Text(window.PublicText);
        to.Instant(window.DeclaredAt);
        to.Maybe(window.EndedAt, to.Instant);
        to.Text(window.EndedBy);
    }

    private static WindowOnRecord WindowOf(SnapshotReader from) => new(from.Required(), from.Components(), from.Instant(), from.Instant())
    {
        By = from.Text(),
        Reason = from.Text(),
        PublicText = from.Text(),
        DeclaredAt = from.Instant(),
        EndedAt = from.Maybe(from.Instant),
        EndedBy = from.Text(),
    };

    private static string FactText(Fact fact) => Encoding.UTF8.GetString(FactJson.Write(fact));

    private static string PolicyText(Policy policy) => JsonSerializer.Serialize(policy, FactJson.Options);

    private static Policy PolicyOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return PolicyJson.Read(json.RootElement) ?? throw new InvalidDataException("a policy of the snapshot cannot be read");
    }

    private static string ObjectiveText(Objective objective)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) ObjectiveJson.Write(json, objective);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Objective ObjectiveOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return ObjectiveJson.Read(json.RootElement) ?? throw new InvalidDataException("an objective of the snapshot cannot be read");
    }
}
