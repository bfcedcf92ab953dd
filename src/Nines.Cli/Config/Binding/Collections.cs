using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Nines.Cli.Config.Binding;

/// <summary>The collections that option records may have. What reflection says of a type is asked once: a config has thousands of values of few types.</summary>
internal static class Collections
{
    private static readonly ConcurrentDictionary<Type, Type?> Items = new(), Values = new();
    private static readonly ConcurrentDictionary<Type, Func<List<object>, object>> Lists = new();

    /// <summary>The type of a list's items; null for what is no list.</summary>
    public static Type? ItemOf(Type type) => Items.GetOrAdd(type, static type =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is var open
            && (open == typeof(ImmutableArray<>) || open == typeof(IReadOnlyList<>) || open == typeof(ImmutableList<>)) ? type.GetGenericArguments()[0] : null);

    /// <summary>The type of the values under names; null for what has none.</summary>
    public static Type? ValueOf(Type type) => Values.GetOrAdd(type, static type =>
        type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string)
            && type.GetGenericTypeDefinition() is var open
            && (open == typeof(ImmutableDictionary<,>) || open == typeof(ImmutableSortedDictionary<,>) || open == typeof(IReadOnlyDictionary<,>) || open == typeof(IImmutableDictionary<,>)) ? value : null);

    public static object MakeList(Type type, Type item, List<object> items) => Lists.GetOrAdd(type, type =>
    {
        var make = Method(nameof(ListOf), item).CreateDelegate<Func<Type, List<object>, object>>();
        return items => make(type, items);
    })(items);

    public static object MakeDictionary(Type type, Type value, Dictionary<string, object> pairs) => Method(nameof(DictionaryOf), value).Invoke(null, [type, pairs])!;

    private static MethodInfo Method(string name, Type argument) =>
        typeof(Collections).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(argument);

    private static object ListOf<T>(Type type, List<object> items)
    {
        T[] array = [.. items.Cast<T>()];
        if (type == typeof(ImmutableArray<T>)) return ImmutableArray.Create(array);
        return type == typeof(ImmutableList<T>) ? ImmutableList.Create(array) : array;
    }

    private static object DictionaryOf<T>(Type type, Dictionary<string, object> pairs)
    {
        var typed = pairs.Select(pair => KeyValuePair.Create(pair.Key, (T)pair.Value));
        return type == typeof(ImmutableSortedDictionary<string, T>) ? typed.ToImmutableSortedDictionary(StringComparer.Ordinal) : typed.ToImmutableDictionary(StringComparer.Ordinal);
    }
}
