using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Ledger;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Verbs.Operating;

/// <summary><c>nines maintenance start|end|list</c>.</summary>
public static class MaintenanceVerb
{
    private static readonly Duration ListedFor = Duration.FromDays(30);

    public static Command Create(ReadContext context) => new("maintenance", "Declare, end and list windows of maintenance") { Start(context), End(context), List(context) };

    private static Command Start(ReadContext context)
    {
        var components = ControlVerb.Components(ArgumentArity.OneOrMore);
        var length = ControlVerb.For("How long, at most 7d; 1h when neither this nor --until is given");
        var from = new Option<string?>("--from") { Description = "When it begins, at most a year ahead: RFC 3339; else now", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "When it ends: RFC 3339", HelpName = "TIME" };
        var reason = ControlVerb.Reason();
        var told = new Option<string?>("--public") { Description = "What the public status page says of it; else that work is planned", HelpName = "TEXT" };
        return ControlVerb.Create(context, "start", "Begin a window, now or later: what is not up in it counts as maintenance", [components, from, length, until, reason, told], parsed =>
        {
            if (parsed.GetValue(length) is not null && parsed.GetValue(until) is not null)
                throw new Fault("NIN4021", ExitCode.CalledWrong, "--for and --until both say when it ends. Give one of them.");
            return new ControlCommand.StartMaintenance(
                [.. ControlVerb.Names(parsed.GetValue(components))], ControlVerb.Length(parsed.GetValue(length)),
                parsed.GetValue(until) is { } text ? TimeArgument.Parse(text, "--until", context.Now) : null, ControlVerb.Text(parsed.GetValue(reason), "--reason"),
                parsed.GetValue(from) is { } start ? TimeArgument.Parse(start, "--from", context.Now) : null) { PublicText = ControlVerb.Text(parsed.GetValue(told), "--public") };
        });
    }

    private static Command End(ReadContext context)
    {
        var id = new Argument<string?>("id") { Description = "The window's name; else the one declared by hand that is under way", HelpName = "ID", Arity = ArgumentArity.ZeroOrOne };
        return ControlVerb.Create(context, "end", "End a window before its time; one to come does not take place", [id], parsed => new ControlCommand.EndMaintenance(parsed.GetValue(id)));
    }

    private static Command List(ReadContext context) => ReadVerb.Create(
        context, "list", "Windows under way, to come (two days ahead), and of the last 30 days", [], (_, ledger, _, _) =>
        {
            var now = context.Now;
            var rows = ledger.Windows.Where(window => window.End > now - ListedFor && (window.End > window.From || window.EndedAt is not null)).Select(window => WindowRow.Of(window, now)).ToList();
            return Task.FromResult(Result.Of(
                new { Schema = "nines.maintenance/1", AsOfPosition = ledger.Position.Value, Now = now, Windows = rows },
                "windows",
                new Table(["WINDOW", "STATUS", "COMPONENTS", "FROM", "TO", "BY", "REASON"], [.. rows.Select(row => row.Cells())]) { WhenEmpty = "No window is under way, none is to come within two days, and none was in the last 30. `nines check` says when the next ones of rules are." }));
        });

    /// <summary>A row of nines.maintenance/1.</summary>
    /// <param name="Status">active, upcoming, over, ended_early or cancelled.</param>
    /// <param name="To">When it really ends.</param>
    /// <param name="DeclaredTo">When it was to end.</param>
    /// <param name="By">Null for a rule of the config.</param>
    private sealed record WindowRow(
        string Window, string Status, ImmutableArray<ComponentId> Components, Instant From, Instant To, Instant DeclaredTo, string? By, string? Reason, Instant? EndedAt, string? EndedBy)
    {
        public static WindowRow Of(WindowOnRecord window, Instant now)
        {
            var status = window.EndedAt is { } ended && ended < window.To ? ended <= window.From ? "cancelled" : "ended_early"
                : now < window.From ? "upcoming" : now < window.End ? "active" : "over";
            return new(window.Id, status, window.Components, window.From, window.End, window.To, window.By, window.Reason, window.EndedAt, window.EndedBy);
        }

        public ImmutableArray<string> Cells() =>
        [
            Window, Status.Replace('_', ' '), string.Join(", ", Components), InstantText.Of(From), InstantText.Of(To), By ?? "config", Reason ?? "-",
        ];
    }
}
