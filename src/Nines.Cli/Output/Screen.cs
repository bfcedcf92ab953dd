using System.Text;

namespace Nines.Cli.Output;

/// <summary>Where words go: results to <see cref="Out"/>, talk and errors to <see cref="Error"/>.</summary>
public sealed record Screen
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>False when the result goes to a file or a pipe: then nothing is drawn or coloured.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>False with NO_COLOR set (to anything but nothing), or TERM=dumb.</summary>
    public required bool HasColor { get; init; }

    /// <value>Columns of characters; at least 40.</value>
    public required int Width { get; init; }

    /// <summary>How Nines was called, for commands that a person copies: <c>./nines</c> from a checkout, <c>nines</c> when it is on the PATH.</summary>
    public string Command { get; init; } = "nines";

    public static Screen OfThisProcess()
    {
        var terminal = !Console.IsOutputRedirected;
        var silenced = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Screen
        {
            Out = TextWriter.Synchronized(new StreamWriter(new ResultStream(Console.OpenStandardOutput()), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true }),
            Error = Console.Error,
            IsTerminal = terminal,
            HasColor = terminal && !silenced,
            Command = Environment.GetEnvironmentVariable("NINES_COMMAND") is { Length: > 0 } command ? command : "nines",
            Width = terminal ? Math.Max(40, Console.WindowWidth) : 120,
        };
    }
}
