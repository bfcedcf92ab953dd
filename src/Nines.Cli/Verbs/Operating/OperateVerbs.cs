using System.CommandLine;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;

namespace Nines.Cli.Verbs.Operating;

/// <summary><c>nines reload | pause | resume | ack | note | correct</c>: what an operator tells a watch that runs.</summary>
public static class OperateVerbs
{
    public static Command Reload(ReadContext context) =>
        ControlVerb.Create(context, "reload", "Make a running `nines up` take over its config as it is now", [], _ => new ControlCommand.Reload());

    public static Command Pause(ReadContext context)
    {
        var components = ControlVerb.Components(ArgumentArity.OneOrMore);
        var length = ControlVerb.For("For how long; else until `nines resume`");
        var reason = ControlVerb.Reason();
        return ControlVerb.Create(context, "pause", "Stop looking at components; that time counts as unknown", [components, length, reason], parsed => new ControlCommand.PauseProbing(
            [.. ControlVerb.Names(parsed.GetValue(components))], ControlVerb.Length(parsed.GetValue(length)), ControlVerb.Text(parsed.GetValue(reason), "--reason")));
    }

    public static Command Resume(ReadContext context)
    {
        var components = ControlVerb.Components(ArgumentArity.ZeroOrMore);
        components.Description = "Names of components; else all that are paused";
        return ControlVerb.Create(context, "resume", "Look at paused components again", [components], parsed => new ControlCommand.ResumeProbing([.. ControlVerb.Names(parsed.GetValue(components))]));
    }

    public static Command Acknowledge(ReadContext context)
    {
        var outage = new Argument<string>("outage") { Description = "The outage's name, as `nines get outages --state open` lists it", HelpName = "OUTAGE" };
        outage.CompletionSources.Add(Suggestions.Outages(context, open: true));
        var note = new Option<string?>("--note") { Description = "What to keep with it", HelpName = "TEXT" };
        return ControlVerb.Create(context, "ack", "Say that you have seen an open outage and take care of it", [outage, note],
            parsed => new ControlCommand.Acknowledge(parsed.GetValue(outage)!, ControlVerb.Text(parsed.GetValue(note), "--note")));
    }

    public static Command Note(ReadContext context)
    {
        var outage = AnyOutage(context);
        var text = new Argument<string>("text") { Description = $"What to keep with it, at most {OutageNoted.MostCharacters} characters", HelpName = "TEXT" };
        return ControlVerb.Create(context, "note", "Keep a note with an outage, open or over", [outage, text],
            parsed => new ControlCommand.NoteOutage(parsed.GetValue(outage)!, ControlVerb.Text(parsed.GetValue(text)!, "TEXT", OutageNoted.MostCharacters) ?? ""));
    }

    public static Command Correct(ReadContext context)
    {
        var outage = AnyOutage(context);
        var words = Enum.GetNames<CauseKind>().Select(name => name.ToLowerInvariant()).ToArray();
        var cause = new Option<string?>("--cause") { Description = $"The cause was another one: {string.Join(", ", words)}", HelpName = "CAUSE" };
        cause.CompletionSources.Add(words);
        var root = new Option<string[]>("--root") { Description = "With --cause upstream: the component that it came from; may be repeated", HelpName = "COMPONENT" };
        root.CompletionSources.Add(Suggestions.Components);
        var alarm = new Option<bool>("--false-alarm") { Description = "Users were served all the time" };
        var began = new Option<string?>("--began") { Description = "It began then, or between two instants", HelpName = "TIME[/TIME]" };
        var ended = new Option<string?>("--ended") { Description = "It ended then, or between two instants", HelpName = "TIME[/TIME]" };
        var withdraw = new Option<long?>("--withdraw") { Description = "The correction at this position does not hold after all", HelpName = "POSITION" };
        var because = new Option<string>("--because") { Description = $"On what that rests, at most {CauseCorrected.MostCharacters} characters", HelpName = "TEXT", Required = true };
        return ControlVerb.Create(context, "correct", "Say that an outage was another one than was judged: its cause, when it was, or a false alarm", [outage, cause, root, alarm, began, ended, withdraw, because], parsed =>
        {
            var (id, why) = (parsed.GetValue(outage)!, ControlVerb.Text(parsed.GetValue(because)!, "--because", CauseCorrected.MostCharacters) ?? "");
            var (from, to) = (Bounds(parsed.GetValue(began), "--began", context), Bounds(parsed.GetValue(ended), "--ended", context));
            ControlCommand[] said =
            [
                .. parsed.GetValue(cause) is { } word ? (ControlCommand[])[new ControlCommand.CorrectCause(id, Cause(word, words), why, parsed.GetValue(root) is { Length: > 0 } roots ? [.. ControlVerb.Names(roots)] : null)] : [],
                .. parsed.GetValue(alarm) ? (ControlCommand[])[new ControlCommand.CorrectOutage(id, CorrectionClaim.FalseAlarm, why)] : [],
                .. from is not null || to is not null ? (ControlCommand[])[new ControlCommand.CorrectOutage(id, CorrectionClaim.Bounds, why) { Began = from, Ended = to }] : [],
                .. parsed.GetValue(withdraw) is { } position ? (ControlCommand[])[new ControlCommand.CorrectOutage(id, CorrectionClaim.Withdrawn, why) { Withdraws = position }] : [],
            ];
            return said is [var one] ? one : throw new Fault("NIN4301", ExitCode.CalledWrong, "say one thing at a time: --cause, --false-alarm, --began and --ended, or --withdraw.");
        });
    }

    private static CauseKind Cause(string word, string[] words) => words.Contains(word) ? Enum.Parse<CauseKind>(word, ignoreCase: true)
        : throw new Fault("NIN4021", ExitCode.CalledWrong, $"--cause: '{word}' is none. {(DidYouMean.Closest(word, words) is { } near ? $"Did you mean '{near}'?" : $"Say {string.Join(", ", words)}.")}");

    /// <exception cref="Fault">NIN4002: no instant. NIN4302: the later is before the earlier.</exception>
    private static Bounds? Bounds(string? text, string option, ReadContext context)
    {
        if (text is null) return null;
        var parts = text.Split('/', 2);
        var (earliest, latest) = (TimeArgument.Parse(parts[0], option, context.Now), TimeArgument.Parse(parts[^1], option, context.Now));
        return latest >= earliest ? new Bounds(earliest, latest) : throw new Fault("NIN4302", ExitCode.CalledWrong, $"{option}: {parts[^1]} is before {parts[0]}.");
    }

    private static Argument<string> AnyOutage(ReadContext context)
    {
        var outage = new Argument<string>("outage") { Description = "The outage's name, as `nines get outages` lists it", HelpName = "OUTAGE" };
        outage.CompletionSources.Add(Suggestions.Outages(context, open: false));
        return outage;
    }
}
