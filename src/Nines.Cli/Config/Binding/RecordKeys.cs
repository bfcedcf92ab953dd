using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Nines.Core;
using Nines.Probing;

namespace Nines.Cli.Config.Binding;

/// <summary>One key of an option record, as reflection finds it.</summary>
internal sealed record OptionKey(string Name, PropertyInfo Property)
{
    public bool Required { get; init; }
    public bool Secret { get; init; }

    /// <summary>The path of a file, see <see cref="FilePathAttribute"/>.</summary>
    public bool IsPath { get; init; }

    /// <summary>Takes the value beside the probe type's key, and that key as its name.</summary>
    public bool Main { get; init; }

    public RangeAttribute? Range { get; init; }
    public DurationRangeAttribute? DurationRange { get; init; }

    /// <summary>One line for the schema; null where the record says none.</summary>
    public string? About { get; init; }

    /// <summary>The type of the value, without the question mark.</summary>
    public Type Type { get; } = Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>The key under which the value may be read from a file; null for what is no secret text.</summary>
    public string? FileKey => Secret && (Type == typeof(string) || Type == typeof(Uri)) ? Name + "_file" : null;
}

/// <summary>An option record's keys and how to make one: a record with init-only members, or with a primary constructor.</summary>
internal sealed class RecordKeys
{
    private static readonly ConcurrentDictionary<Type, RecordKeys> Known = new();

    private readonly ConstructorInfo constructor;
    private readonly ParameterInfo[] parameters;

    private RecordKeys(Type type)
    {
        constructor = type.GetConstructors().OrderBy(candidate => candidate.GetParameters().Length).FirstOrDefault()
            ?? throw new InvalidOperationException($"{type} has no public constructor.");
        parameters = constructor.GetParameters();
        Keys = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetIndexParameters().Length == 0).Select(KeyOf)];
        Names = [.. Keys.SelectMany(key => key.FileKey is { } file ? (IEnumerable<string>)[key.Name, file] : [key.Name])];
    }

    public ImmutableArray<OptionKey> Keys { get; }

    /// <summary>How the keys may be written: each name, and that of a file that holds the value.</summary>
    public ImmutableArray<string> Names { get; }

    public static RecordKeys Of(Type type) => Known.GetOrAdd(type, static type => new RecordKeys(type));

    public static string KeyName(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    /// <summary>The record with these values; members that are not among them keep their defaults.</summary>
    public object Make(IReadOnlyDictionary<OptionKey, object> values)
    {
        var arguments = parameters.Select(parameter =>
        {
            var value = values.FirstOrDefault(pair => pair.Key.Property.Name == parameter.Name).Value;
            return value ?? (parameter.HasDefaultValue ? parameter.DefaultValue : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null);
        }).ToArray();
        var made = constructor.Invoke(arguments);
        foreach (var (key, value) in values)
            if (!Array.Exists(parameters, parameter => parameter.Name == key.Property.Name))
                key.Property.SetValue(made, value);
        return made;
    }

    private OptionKey KeyOf(PropertyInfo property)
    {
        var parameter = Array.Find(parameters, candidate => candidate.Name == property.Name);
        return new OptionKey(KeyName(property.Name), property)
        {
            Required = parameter is { HasDefaultValue: false } || property.IsDefined(typeof(RequiredMemberAttribute)),
            Secret = property.IsDefined(typeof(SecretAttribute)),
            IsPath = property.IsDefined(typeof(FilePathAttribute)),
            Main = property.IsDefined(typeof(MainOptionAttribute)),
            About = property.GetCustomAttribute<DescriptionAttribute>()?.Description,
            Range = property.GetCustomAttribute<RangeAttribute>(),
            DurationRange = property.GetCustomAttribute<DurationRangeAttribute>(),
        };
    }
}
