using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Verbs.Operating;

/// <summary>What the verbs that tell a running <c>nines up</c> something share: finding it, saying it, and telling what came of it.</summary>
internal static class ControlVerb
{
    /// <param name="make">What to tell it.</param>
    public static Command Create(ReadContext context, string name, string about, IEnumerable<Symbol> symbols, Func<ParseResult, ControlCommand> make)
    {
        var data = new Option<string?>("--data") { Description = "The data folder of the watch; else the config's", HelpName = "FOLDER" };
        var config = ConfigOption.Create();
        var command = new Command(name, about) { data, config };
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Add(option);
            else if (symbol is Argument argument) command.Add(argument);
        }
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = context.DataFolder(parsed.GetValue(data), parsed.GetValue(config)!);
            var reply = await ControlClient.SendAsync(folder, make(parsed), context.Time, cancellation);
            var to = reply.Exit == ExitCode.Done ? context.Screen.Out : context.Screen.Error;
            foreach (var line in reply.Lines) to.Write(ResultWriter.Printable(line, keepLines: false) + "\n");
            return (int)reply.Exit;
        });
        return command;
    }

    public static Argument<string[]> Components(ArgumentArity arity)
    {
        var components = new Argument<string[]>("component") { Description = "Names of components", HelpName = "COMPONENT", Arity = arity };
        components.CompletionSources.Add(Suggestions.Components);
        return components;
    }

    public static Option<string?> For(string about) => new("--for") { Description = about, HelpName = "DURATION" };

    public static Option<string?> Reason() => new("--reason") { Description = "Why, kept on record", HelpName = "TEXT" };

    /// <exception cref="Fault">NIN4006: a text that is no name.</exception>
    public static IEnumerable<ComponentId> Names(string[]? texts) => (texts ?? []).Select(text => ComponentId.TryParse(text, out var id) ? id
        : throw new Fault("NIN4006", ExitCode.CalledWrong, $"'{text}' is not the name of a component. See `nines get components`."));

    /// <exception cref="Fault">NIN4021: not a duration.</exception>
    public static Duration? Length(string? text) => text is null ? null
        : DurationText.TryParse(text, out var length, out var problem) && length > Duration.Zero ? length
        : throw new Fault("NIN4021", ExitCode.CalledWrong, $"--for: '{text}' {(problem.Length > 0 ? problem : "is no time at all. Try 30m.")}");

    /// <exception cref="Fault">NIN4021: longer than what is kept.</exception>
    public static string? Text(string? text, string option, int most = 500) => text is null || text.Length <= most ? Redaction.ByShape.Apply(text ?? "") is { Length: > 0 } kept ? kept : null
        : throw new Fault("NIN4021", ExitCode.CalledWrong, $"{option}: {text.Length} characters are too many; at most {most} are kept.");
}
