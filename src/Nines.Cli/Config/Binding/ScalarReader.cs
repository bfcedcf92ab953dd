using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Reflection;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;
using NodaTime;
using NodaTime.Text;

namespace Nines.Cli.Config.Binding;

/// <summary>Reads one scalar as a type that options have. A message never names the type, but what to write.</summary>
internal static class ScalarReader
{
    private static readonly IPattern<OffsetDateTime>[] Instants =
    [
        OffsetDateTimePattern.ExtendedIso,
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mmo<Z+HH:mm>"),
    ];

    private static readonly IPattern<LocalTime>[] Times =
        [LocalTimePattern.CreateWithInvariantCulture("HH:mm"), LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss")];

    /// <summary>True for what is written as one scalar.</summary>
    public static bool Reads(Type type) =>
        type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(decimal)
        || type == typeof(double) || type == typeof(BigInteger) || type == typeof(Duration) || type == typeof(Uri) || type == typeof(IPAddress)
        || type == typeof(Instant) || type == typeof(LocalTime) || type == typeof(ComponentId) || OwnReader(type) is not null;

    /// <returns>The value; else null, and the code and problem ("is not …") to be said behind the value.</returns>
    public static object? Read(Type type, string text, bool plain, out MistakeCode code, out string problem)
    {
        code = MistakeCode.WrongType;
        problem = "";
        if (type == typeof(string)) return text;
        if (type.IsEnum) return ReadEnum(type, text, out problem);
        if (type == typeof(Duration))
        {
            code = MistakeCode.Duration;
            return DurationText.TryParse(text, out var duration, out problem) ? duration : null;
        }
        if (type == typeof(ComponentId))
        {
            code = MistakeCode.Name;
            problem = NameProblem;
            return ComponentId.TryParse(text, out var id) ? id : null;
        }
        (object? value, problem) = true switch
        {
            _ when type == typeof(bool) => (plain && text is "true" or "false" ? text == "true" : (object?)null, "is neither true nor false."),
            _ when type == typeof(int) => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : (object?)null, "is not a whole number in reach."),
            _ when type == typeof(long) => (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : (object?)null, "is not a whole number in reach."),
            _ when type == typeof(BigInteger) => (text.Length <= 100 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : (object?)null, "is not a whole number."),
            _ when type == typeof(decimal) => (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) ? n : (object?)null, "is not a number."),
            _ when type == typeof(double) => (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && double.IsFinite(n) ? n : (object?)null, "is not a number."),
            _ when type == typeof(Uri) => (Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.Contains("://", StringComparison.Ordinal) ? uri : null, "is not a URL. Write it with its scheme, for example https://shop.example/health."),
            _ when type == typeof(IPAddress) => (IPAddress.TryParse(text, out var address) ? address : null, "is not an IP address."),
            _ when type == typeof(ListenAddress) => (ListenAddress.TryParse(text, out var listen) ? listen : (object?)null, "is not an address with a port, such as 127.0.0.1:9464 or [::1]:9464, nor off."),
            _ when type == typeof(Instant) => (ReadInstant(text), "is not an instant. Write date, time and zone, for example 2026-12-01T10:00Z or 2026-12-01T11:00+01:00."),
            _ when type == typeof(LocalTime) => (ReadTime(text), "is not a time of day. Write it in quotes, for example \"02:00\"."),
            _ => (ReadOwn(type, text, out var said), said),
        };
        return value;
    }

    public static string NameProblem => $"is not a name: use 1 to {Name.MaxLength} of a-z, 0-9, '-', '_', '.', starting with a letter or digit.";

    private static object? ReadInstant(string text)
    {
        foreach (var pattern in Instants)
            if (pattern.Parse(text).TryGetValue(default, out var value))
                return value.ToInstant();
        return null;
    }

    private static object? ReadTime(string text)
    {
        foreach (var pattern in Times)
            if (pattern.Parse(text).TryGetValue(default, out var value))
                return value;
        return null;
    }

    private static object? ReadEnum(Type type, string text, out string problem)
    {
        var words = Enum.GetNames(type).ToDictionary(RecordKeys.KeyName, name => name, StringComparer.Ordinal);
        if (words.TryGetValue(text, out var member))
        {
            problem = "";
            return Enum.Parse(type, member);
        }
        problem = $"is none of {string.Join(", ", words.Keys)}.{DidYouMean.Sentence(text, words.Keys)}";
        return null;
    }

    /// <summary>Values of the field that read themselves: <c>static bool TryParse(string, out T)</c>. A description of the type says how to write one.</summary>
    private static MethodInfo? OwnReader(Type type) => OwnReaders.GetOrAdd(type, static type =>
        type.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static, [typeof(string), type.MakeByRefType()]));

    private static readonly ConcurrentDictionary<Type, MethodInfo?> OwnReaders = new();

    private static object? ReadOwn(Type type, string text, out string problem)
    {
        var how = type.GetCustomAttribute<DescriptionAttribute>()?.Description;
        problem = $"is not {Article(RecordKeys.KeyName(type.Name).Replace('_', ' '))}.{(how is null ? "" : $" {how}")}";
        object?[] arguments = [text, null];
        var reader = OwnReader(type) ?? throw new InvalidOperationException($"No option can be of {type}: it has no TryParse.");
        return reader.Invoke(null, arguments) is true ? arguments[1] : null;
    }

    private static string Article(string word) => (word[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an " : "a ") + word;
}
