using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Output;
using Nines.Cli.Watching.Reports;
using Nines.Core;
using Nines.Reports.Periods;
using Nines.Response.Notices;

namespace Nines.Cli.Verbs.Reports;

/// <summary><c>nines report send NAME --period</c>: a scheduled report sent by hand, as of now. What was sent by itself stays as it was recorded.</summary>
internal static class SendVerb
{
    public static Command Create(ReadContext context)
    {
        var name = new Argument<string>("name") { Description = "The report, as the config's reports have it", HelpName = "NAME" };
        var period = new Option<string?>("--period") { Description = "2026-10 or 2026-W41; else the last one that is over", HelpName = "PERIOD" };
        return ReadVerb.Create(context, "send", "Send a scheduled report by hand", [name, period], async (parsed, ledger, _, cancellation) =>
        {
            var file = parsed.GetValue<string>("--config")!;
            var config = file == ConfigFiles.Stdin ? null : (await ConfigOption.ReadAsync(file, new ConfigSurroundings(), context.Time, cancellation) as ConfigReading.Loaded)?.Config;
            if (config is null) throw new Fault("NIN4294", ExitCode.CalledWrong, $"--config: {file} is no config that can be used, and reports stand in it. `nines check {file}` says what is wrong.");
            var wanted = parsed.GetValue(name)!;
            var order = config.Reports.FirstOrDefault(report => report.Name == wanted)
                ?? throw new Fault("NIN4294", ExitCode.CalledWrong, $"there is no report '{wanted}' in {file}.{DidYouMean.Sentence(wanted, config.Reports.Select(report => report.Name))} They stand under reports.");
            var zone = order.Schedule.Zone;
            var of = parsed.GetValue(period) is { } text ? PeriodOptions.Parse(text, "--period", zone) : ReportPeriod.Containing(context.Now, order.Schedule.Kind, zone).Before();
            if (of.Kind == PeriodKind.Range) throw new Fault("NIN4291", ExitCode.CalledWrong, "--period: a scheduled report is of a calendar's period. Try 2026-10 or 2026-W41.");
            var printed = new ReportPress(config.Pricing, PricingReader.ReadFile).Print(order, of, ledger);
            using var courier = new ReportCourier(new NoticeOptions(), context.Time);
            var (outcome, note) = await courier.DeliverAsync(order, of, printed, context.Now, cancellation);
            var failed = outcome switch { PostOutcome.Failed late => late.Reason, PostOutcome.Refused refused => refused.Reason, _ => null };
            if (failed is not null) throw new Fault("NIN4295", ExitCode.OutOfReach, $"report {order.Name} of {of.Name}: {failed}. Nothing was put on record; try again.");
            return Result.Of(
                new { Schema = "nines.report-sent/1", AsOfPosition = printed.Position, Report = order.Name, Period = of.Name, printed.MediaType, To = order.File is null ? "webhook" : "file" }, "reports", null,
                $"{order.Name} of {of.Name}, as of position {printed.Position}, {(order.File is { } path ? $"is in {path.Replace(ScheduledReport.PeriodHole, of.Name, StringComparison.Ordinal)}" : "was taken by its webhook")}{(note is null ? "" : $"; {note}")}.");
        });
    }
}
