using Nines.Backbone.Journal;
using Nines.Cli.Config;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Reports;
using Nines.Pricing;
using Nines.Reports.Scheduling;
using Nines.Response.Notices;
using NodaTime;

namespace Nines.Cli.Watching.Reports;

/// <summary>
/// Sends scheduled reports: each period once, as of the first position at which all was judged up to the instant at which it was due. What was sent
/// is a fact, so a restart sends nothing twice; what was under way when the process died is sent again, the same bytes under the same event id.
/// What fell due while Nines was off is sent at the next start.
/// </summary>
/// <remarks>One loop owns everything here.</remarks>
internal sealed class ReportSender : IDisposable
{
    public const string Stream = "reports";

    /// <summary>Periods that fell due while nobody was there to send them: so many of the latest are made up for.</summary>
    private const int MostMadeUp = 12;

    private readonly IJournal journal;
    private readonly ReportPress press;
    private readonly NoticeOptions options;
    private readonly TimeProvider time;
    private readonly Action<string> say;
    private readonly ReportCourier courier;
    private readonly LedgerProjection ledger = new();
    private readonly List<Line> lines;

    /// <param name="say">Takes what an operator should know, in one line without addresses or secrets.</param>
    public ReportSender(IJournal journal, IReadOnlyList<ScheduledReport> reports, ReportPress press, NoticeOptions options, TimeProvider time, Action<string> say)
    {
        (this.journal, this.press, this.options, this.time, this.say) = (journal, press, options, time, say);
        courier = new ReportCourier(options, time);
        lines = [.. reports.Select(report => new Line(report, options))];
    }

    /// <summary>Runs until it is stopped.</summary>
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
                    say($"reports: the journal failed ({broken.Code}); trying again in {options.LookEvery.TotalSeconds:0.###} s");
                }
                await Task.Delay(options.LookEvery, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop: what is under way is sent at the next start.
        }
    }

    public void Dispose() => courier.Dispose();

    /// <summary>One look: what is due is made, delivered and put on record.</summary>
    internal async Task StepAsync(CancellationToken stopping)
    {
        await ledger.CatchUpAsync(journal, stopping);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        foreach (var line in lines)
        {
            line.Due ??= NextFor(line.Report, now);
            if (line.Due is not { } due || now < line.Tries.NextAt) continue;
            if (line.Sent is null)
            {
                // Not judged up to there yet: it will be within a minute, or when watching begins again.
                if (ledger.WatchedUntil is not { } until || until < due.At) continue;
                await SendAsync(line, due, now, stopping);
            }
            if (line.Sent is { } sent) await RecordAsync(line, sent, stopping);
        }
    }

    private DueReport? NextFor(ScheduledReport report, Instant now) => ledger.ReportSince(report.Name) is { } since
        ? report.Schedule.Between(since, now).TakeLast(MostMadeUp).FirstOrDefault(due => ledger.ReportOf(report.Name, due.Period.Name) is null)
        : null;

    private async Task SendAsync(Line line, DueReport due, Instant now, CancellationToken stopping)
    {
        var (outcome, note) = await TryAsync(line, due, stopping);
        var what = $"reports: {line.Report.Name} of {due.Period.Name}";
        if (line.Tries.Settle(outcome, what, now, say) is not { } settled) return;
        line.Sent = Fact(line, due, now, settled.GivenUp);
        say(settled.GivenUp is { } reason
            ? $"{what}: given up: {reason} `nines report send {line.Report.Name} --period {due.Period.Name}` sends it by hand."
            : $"{what}: sent, as of position {line.Printed!.Position}{(note is null ? "" : $"; {note}")}");
    }

    private async Task<Delivery> TryAsync(Line line, DueReport due, CancellationToken stopping)
    {
        try
        {
            if (line.Printed is null)
            {
                var then = await LedgerProjection.LoadWhenJudgedAsync(journal, due.At, stopping);
                line.Printed = press.Print(line.Report, due.Period, then);
            }
            return await courier.DeliverAsync(line.Report, due.Period, line.Printed, due.At, stopping);
        }
        catch (ReportException nothing)
        {
            return new Delivery(new PostOutcome.Refused($"{nothing.Code}: {nothing.Message}"));
        }
        catch (PricingException priceless)
        {
            return new Delivery(new PostOutcome.Failed($"{priceless.Code}: {priceless.Message}", null)); // a file may come
        }
    }

    private ReportSent Fact(Line line, DueReport due, Instant now, string? failed) => new(
        now, line.Report.Name, due.Period.Name, line.Printed?.Position ?? 0, line.Report.Policy ?? ledger.DefaultPolicy ?? Ledger.Policies.ShippedPolicies.Strict.Name, line.Printed?.Said ?? ReportFigures.None, failed);

    /// <summary>Until this has worked the report is not made again, and no other of the line is sent.</summary>
    private async Task RecordAsync(Line line, ReportSent sent, CancellationToken stopping)
    {
        await journal.AppendAsync(new Append(Stream, KeyOf(sent), [sent]), stopping);
        await ledger.CatchUpAsync(journal, stopping);
        (line.Sent, line.Due, line.Printed) = (null, null, null);
        line.Tries.Reset();
    }

    /// <summary>Once a period: a second append of it changes nothing.</summary>
    public static string KeyOf(ReportSent sent) => $"{sent.Report}/{sent.Period}";

    /// <summary>Where one report stands.</summary>
    private sealed class Line(ScheduledReport report, NoticeOptions options)
    {
        public ScheduledReport Report { get; } = report;
        public DueReport? Due { get; set; }
        public PrintedReport? Printed { get; set; }

        /// <summary>Delivered or given up, but not on record yet.</summary>
        public ReportSent? Sent { get; set; }

        public Tries Tries { get; } = new(options);
    }
}
