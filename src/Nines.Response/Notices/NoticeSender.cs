using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Response.Notices;

/// <summary>
/// Tells every channel of every outage: once when it opens, once when it closes. What was told is a fact, so a restart tells
/// nothing twice; what was under way when the process died is tried again, with the same event id.
/// </summary>
/// <remarks>One loop owns everything here; of each channel at most one delivery is under way.</remarks>
public sealed class NoticeSender : IDisposable
{
    public const string Stream = "notices";

    private readonly IJournal journal;
    private readonly NoticeOptions options;
    private readonly TimeProvider time;
    private readonly Action<string> say;
    private readonly NoticePost post;
    private readonly LedgerProjection ledger = new();
    private readonly List<Line> lines;
    private volatile NoticePlan plan;   // replaced as a whole by the loop

    /// <param name="say">Takes what an operator should know, in one line without addresses or secrets.</param>
    /// <exception cref="ArgumentException">Two channels have one name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside of its range.</exception>
    public NoticeSender(IJournal journal, IReadOnlyList<NoticeChannel> channels, NoticeOptions options, TimeProvider time, Action<string> say)
    {
        options.Validate();
        if (channels.GroupBy(channel => channel.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two channels are named '{twice.Key}'.", nameof(channels));
        (this.journal, this.options, this.time, this.say) = (journal, options, time, say);
        post = new NoticePost(options, time);
        lines = [.. channels.Select(channel => new Line(channel, options))];
        plan = new NoticePlan([.. channels.Select(channel => channel.Name)], []);
    }

    /// <summary>What it has still to deliver. Safe to read from anywhere.</summary>
    public NoticePlan Plan => plan;

    /// <summary>Runs until it is stopped. A journal that fails is tried again; it never ends by itself but by an error of ours.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    await StepAsync(stopping);
                }
                catch (JournalException broken)
                {
                    say($"notices: the journal failed ({broken.Code}); trying again in {options.LookEvery.TotalSeconds:0.###} s");
                }
                // One that is done already was not settled, because the journal failed before: it has to wait like everything else.
                await Task.WhenAny([Task.Delay(options.LookEvery, time, stopping), .. lines.Select(line => line.Sending).OfType<Task>().Where(sending => !sending.IsCompleted)]);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop: what is under way was cancelled and is tried again at the next start.
        }
        finally
        {
            foreach (var sending in lines.Select(line => line.Sending).OfType<Task>()) await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => post.Dispose();

    private async Task StepAsync(CancellationToken stopping)
    {
        var news = await ledger.CatchUpAsync(journal, stopping);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        foreach (var line in lines)
        {
            if (line.Sending is { IsCompleted: true } done)
            {
                line.Sending = null;
                Settle(line, await done, now);
            }
            if (line.Told is { } told) await RecordAsync(line, told, stopping);
            if (line.Sending is not null || now < line.Tries.NextAt) continue;
            if (line.Due is null && (news > 0 || line.MayHaveMore)) line.Due = NextFor(line.Channel, now);
            line.MayHaveMore = line.Due is not null;
            if (line.Due is { } due) line.Sending = post.SendAsync(line.Channel, due.Outage, due.Phase, stopping);
        }
        plan = plan with
        {
            Waiting = [.. lines.Where(line => line is { Due: not null, Told: null }).Select(line => new NoticeWaiting(
                line.Channel.Name, line.Due!.Outage.Id, line.Due.Phase, line.Sending is null ? line.Tries.NextAt : null, line.Tries.Made))],
        };
    }

    private void Settle(Line line, PostOutcome outcome, Instant now)
    {
        var due = line.Due!;
        var what = $"notices: {line.Channel} of {due.Outage.Id} {NoticeBody.Word(due.Phase)}";
        if (line.Tries.Settle(outcome, what, now, say) is not { } settled) return;
        line.Told = new NoticeSent(now, due.Outage.Id, NoticeBody.Word(due.Phase), line.Channel.Name, settled.GivenUp);
        if (settled.GivenUp is { } reason) say($"{what}: given up: {reason}");
    }

    /// <summary>Until this has worked the notice is not sent again, and no other of the channel is.</summary>
    private async Task RecordAsync(Line line, NoticeSent told, CancellationToken stopping)
    {
        await journal.AppendAsync(new Append(Stream, $"{told.Outage}/{told.Phase}/{told.Channel}", [told]), stopping);
        await ledger.CatchUpAsync(journal, stopping);
        (line.Told, line.Due, line.MayHaveMore) = (null, null, true);
        line.Tries.Reset();
    }

    private Due? NextFor(NoticeChannel channel, Instant now)
    {
        Due? next = null;
        foreach (var outage in ledger.Components.SelectMany(component => component.Outages))
        {
            if (outage.ImportedFrom is not null) continue; // history is no news
            if (PhaseDue(channel, outage, now) is not { } phase) continue;
            var at = phase == NoticePhase.Opened ? outage.Began.Earliest : outage.KnownUntil;
            if (next is null || at < next.At) next = new Due(outage, phase, at);
        }
        return next;
    }

    private NoticePhase? PhaseDue(NoticeChannel channel, Outage outage, Instant now)
    {
        bool Told(NoticePhase phase) => ledger.Notices.ContainsKey(new NoticeKey(outage.Id, NoticeBody.Word(phase), channel.Name));
        if (!Told(NoticePhase.Opened))
            return outage.IsOpen || now - outage.KnownUntil <= Duration.FromTimeSpan(options.NewsFor) ? NoticePhase.Opened : null;
        return !outage.IsOpen && !Told(NoticePhase.Closed) ? NoticePhase.Closed : null;
    }

    private sealed record Due(Outage Outage, NoticePhase Phase, Instant At);

    /// <summary>Where one channel stands. Touched by the loop only.</summary>
    private sealed class Line(NoticeChannel channel, NoticeOptions options)
    {
        public NoticeChannel Channel { get; } = channel;
        public Due? Due { get; set; }
        public Task<PostOutcome>? Sending { get; set; }

        /// <summary>Delivered or given up, but not on record yet.</summary>
        public NoticeSent? Told { get; set; }

        public Tries Tries { get; } = new(options);
        public bool MayHaveMore { get; set; } = true;
    }
}
