using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Sdk;

namespace Nines.Testing;

/// <summary>
/// Part of every test project. What properties are tried with follows from the number that <see cref="SameOrder"/> goes by: a case in thousands
/// that breaks one comes again, here as elsewhere, and another number tries others.
/// </summary>
internal static class SameDraws
{
    /// <summary>A property that does not hold is a test that fails.</summary>
    public static Config Config { get; } = Config.QuickThrowOnFailure.WithReplay(FSharpOption<Replay>.Some(new Replay(Start, FSharpOption<int>.None)));

    private static Rnd Start => new((ulong)Randomizer.Seed);

    /// <summary>Tries it a hundred times.</summary>
    public static void Holds(this Property property) => property.Check(Config);

    /// <param name="size">How large what is drawn becomes.</param>
    public static T[] Draw<T>(this Gen<T> from, int count, int size) => [.. from.Sample(count, Start, size)];
}
