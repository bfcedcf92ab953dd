using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nines.Core.Observations;

namespace Nines.Probing.Answers;

/// <summary>What the conditions' arguments are applied to.</summary>
/// <param name="Text">The answer as text.</param>
public sealed record Answer(string Text)
{
    /// <summary>True when only the first part was read: that something is not in there proves nothing.</summary>
    public bool Cut { get; init; }

    /// <summary>Reads a header of the answer; null when it is not there.</summary>
    public Func<string, string?> Header { get; init; } = _ => null;
}

/// <summary>Brings a probe's values into the order of the schema that its conditions were parsed with, arguments applied.</summary>
public sealed class Readout
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromMilliseconds(100);
    private static readonly JsonDocumentOptions JsonLimits = new() { MaxDepth = JsonPath.MaxDepth };

    private readonly ImmutableArray<Func<Reading, SignalValue>> readers;

    /// <param name="schema">The probe's schema: plain signals and those with arguments.</param>
    /// <param name="signals">The type's signals: the plain ones in the order in which <see cref="Read"/> gets their values.</param>
    /// <exception cref="ArgumentException">An argument is wrong; see <see cref="MistakeIn"/>.</exception>
    public Readout(SignalSchema schema, ImmutableArray<SignalDefinition> signals)
    {
        var plain = signals.Where(signal => !signal.TakesArgument).Select(signal => signal.Name).ToList();
        readers = [.. schema.Signals.Select(signal => signal.Test is null ? Plain(plain.IndexOf(signal.Definition.Name), signal) : Make(signal))];
        HasTests = schema.Signals.Any(signal => signal.Test is not null);
    }

    /// <summary>True when the text of the answer is looked at.</summary>
    public bool HasTests { get; }

    /// <summary>What is wrong with a signal's argument (a bad pattern, a bad path), and how to mend it; null when nothing is.</summary>
    public static string? MistakeIn(SignalRef signal)
    {
        try
        {
            if (signal.Test is not null) Make(signal);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <param name="plain">Values of the plain signals, in the type's order.</param>
    /// <param name="answer">What the arguments apply to; null when there is nothing yet.</param>
    public ImmutableArray<SignalValue> Read(ReadOnlySpan<SignalValue> plain, Answer? answer)
    {
        using var reading = new Reading(plain.ToArray(), answer);
        var values = ImmutableArray.CreateBuilder<SignalValue>(readers.Length);
        foreach (var reader in readers) values.Add(reader(reading));
        return values.MoveToImmutable();
    }

    private static Func<Reading, SignalValue> Plain(int index, SignalRef signal) =>
        index >= 0 ? reading => reading.Plain[index] : throw new ArgumentException($"the probe has no signal '{signal.Definition.Name}'");

    private static Func<Reading, SignalValue> Make(SignalRef signal)
    {
        var argument = signal.Argument ?? throw new ArgumentException($"{signal.Definition.Name} needs an argument");
        switch (signal.Test)
        {
            case "contains":
                return reading => reading.Answer is { } answer ? Found(answer, answer.Text.Contains(argument, StringComparison.Ordinal)) : SignalValue.Missing;
            case "matches":
                var pattern = Pattern(argument);
                return reading => reading.Answer is { } answer ? Matches(answer, pattern) : SignalValue.Missing;
            case "path":
                if (!JsonPath.TryParse(argument, out var path, out var mistake)) throw new ArgumentException(mistake);
                return reading => reading.Json is { } json ? path.Read(json) : SignalValue.Missing;
            case "name":
                return reading => reading.Answer?.Header(argument) is { } header ? SignalValue.Of(header) : SignalValue.Missing;
            default:
                throw new ArgumentException($"{signal.Definition.Name} does not know '{signal.Test}'; it knows contains, matches, a JSON path or a header's name");
        }
    }

    private static SignalValue Found(Answer answer, bool found) => found || !answer.Cut ? SignalValue.Of(found) : SignalValue.Missing;

    private static SignalValue Matches(Answer answer, Regex pattern)
    {
        try
        {
            return Found(answer, pattern.IsMatch(answer.Text));
        }
        catch (RegexMatchTimeoutException)
        {
            return SignalValue.Missing;
        }
    }

    private static Regex Pattern(string argument)
    {
        try
        {
            return new Regex(argument, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (NotSupportedException)
        {
            // Look-around and back references need backtracking: the time limit alone bounds them.
            return new Regex(argument, RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (RegexParseException e)
        {
            throw new ArgumentException($"the pattern \"{argument}\" is not a regular expression: {e.Message}", e);
        }
    }

    private sealed class Reading(SignalValue[] plain, Answer? answer) : IDisposable
    {
        private JsonDocument? document;
        private bool parsed;

        public SignalValue[] Plain => plain;
        public Answer? Answer => answer;

        /// <summary>The answer as JSON, parsed once; null when it is not JSON, is cut, or is nested too deep.</summary>
        public JsonElement? Json
        {
            get
            {
                if (parsed || answer is null || answer.Cut) return document?.RootElement;
                parsed = true;
                try
                {
                    document = JsonDocument.Parse(answer.Text, JsonLimits);
                }
                catch (JsonException)
                {
                    return null;
                }
                return document.RootElement;
            }
        }

        public void Dispose() => document?.Dispose();
    }
}
