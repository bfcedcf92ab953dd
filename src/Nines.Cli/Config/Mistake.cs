using System.Globalization;

namespace Nines.Cli.Config;

/// <summary>What kind of mistake it is. The numbers are stable: docs/reference/errors.md has an entry for each.</summary>
public enum MistakeCode
{
    Syntax = 1001,
    TooLarge = 1002,
    UnknownKey = 1003,
    DuplicateKey = 1004,
    WrongType = 1005,
    Missing = 1006,
    OutOfRange = 1007,
    Variable = 1008,
    SecretFile = 1009,
    Duration = 1010,
    Name = 1011,
    NameTaken = 1012,
    UnknownName = 1013,
    Cycle = 1014,
    ConditionForm = 1015,
    ConditionSignal = 1016,
    ConditionUnit = 1017,
    ConditionLimit = 1018,
    ProbeType = 1019,
    Combination = 1020,
    Calendar = 1021,
    TooMany = 1022,
    Option = 1023,
    File = 1024,
    Hidden = 1025,
}

/// <summary>A mistake in a config: where, what, why, and how to mend it.</summary>
/// <param name="File">As it was given on the command line.</param>
/// <param name="Line">The first being 1.</param>
/// <param name="Column">The first being 1.</param>
/// <param name="Path">Which value: <c>components[2].probes[0].every</c>; empty for the file as a whole.</param>
/// <param name="Message">Whole sentences, without secrets.</param>
public sealed record Mistake(MistakeCode Code, string File, int Line, int Column, string Path, string Message)
{
    /// <summary>NIN and the number, as documentation and searches have it.</summary>
    public string CodeText => string.Create(CultureInfo.InvariantCulture, $"NIN{(int)Code}");

    public override string ToString() => Path.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column} {Message}")
        : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column} {Path}: {Message}");
}

/// <summary>Where a value stands.</summary>
internal readonly record struct Place(string File, int Line, int Column, string Path)
{
    /// <summary>How a message that stands at another place refers to this one: by its line, and by its file where that is another.</summary>
    public string SeenFrom(Place other) => string.Create(CultureInfo.InvariantCulture, $"{(File == other.File ? "line " : File + ":")}{Line}");

    public Place Below(string key) => this with { Path = Path.Length == 0 ? key : $"{Path}.{key}" };
}

/// <summary>Collects all mistakes of one load; more than <see cref="Most"/> help nobody.</summary>
internal sealed class MistakeList
{
    public const int Most = 1_000;

    private readonly List<Mistake> mistakes;

    public MistakeList() => mistakes = [];

    /// <summary>Goes on from what another one holds.</summary>
    public MistakeList(MistakeList first) => mistakes = [.. first.mistakes];

    public int Count => mistakes.Count;

    /// <summary>Suggestions out of long lists cost time: the first mistakes get them.</summary>
    public IEnumerable<string> ToSuggest(IEnumerable<string> names) => mistakes.Count < 50 ? names : [];

    public void Add(MistakeCode code, Place at, string message)
    {
        if (mistakes.Count < Most) mistakes.Add(new Mistake(code, at.File, at.Line, at.Column, at.Path, message));
    }

    /// <summary>True when something has been said about the value there.</summary>
    public bool Has(Place at) => mistakes.Exists(mistake => mistake.Path == at.Path);

    /// <summary>True when something has been said about a value below there.</summary>
    public bool HasWithin(Place at) => mistakes.Exists(mistake => mistake.Path.StartsWith(at.Path, StringComparison.Ordinal) && mistake.Path.Length > at.Path.Length && mistake.Path[at.Path.Length] is '.' or '[');

    /// <summary>By file and position; of several at one place in the order in which they were found.</summary>
    public IEnumerable<Mistake> InOrder() => mistakes.Distinct().OrderBy(mistake => mistake.File, StringComparer.Ordinal).ThenBy(mistake => mistake.Line).ThenBy(mistake => mistake.Column);
}
