using System.Reflection;

namespace Nines.Cli.Output;

/// <summary>Which Nines this is.</summary>
public static class ProgramVersion
{
    private static readonly string Whole = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary><c>0.2.0</c>.</summary>
    public static string Number => Whole.Split('+')[0];

    /// <summary>The commit it was built from; null when the build did not know.</summary>
    public static string? Commit => Whole.Split('+') is [_, { Length: >= 7 } commit] ? commit : null;

    /// <summary><c>0.2.0 (1a2b3c4d5e)</c>, or the number alone.</summary>
    public static string Text => Commit is { } commit ? $"{Number} ({commit[..Math.Min(10, commit.Length)]})" : Number;
}
