using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Nines.Core.Facts;

/// <summary>The words by which facts are told apart in the journal: <c>state_changed</c>.</summary>
public static class FactKinds
{
    private static readonly FrozenDictionary<Type, string> Words =
        typeof(Fact).GetCustomAttributes<JsonDerivedTypeAttribute>().ToFrozenDictionary(kind => kind.DerivedType, kind => (string)kind.TypeDiscriminator!);

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Words.Values.Order(StringComparer.Ordinal)];

    public static string Of(Fact fact) => Of(fact.GetType());

    /// <param name="kind">A record that is a <see cref="Fact"/>.</param>
    public static string Of(Type kind) => Words[kind];
}
