using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nines.Core.Facts;

namespace Nines.Pricing.Plan;

/// <summary>The files that a plan names, each read once, with their digests.</summary>
/// <param name="read">Gives a file's bytes, at most <see cref="MostBytes"/>; throws a <see cref="PricingException"/> that says why it cannot.</param>
public sealed class PlanFiles(Func<string, byte[]> read)
{
    /// <summary>A year of minutes with a wide row each.</summary>
    public const int MostBytes = 64 << 20;

    private readonly SortedDictionary<string, (byte[] Bytes, string Digest)> known = new(StringComparer.Ordinal);

    /// <returns>Its bytes and their SHA-256 as lower-case hex.</returns>
    /// <exception cref="PricingException">NIN4253: it cannot be read, or is too large.</exception>
    public (byte[] Bytes, string Digest) Read(string path)
    {
        if (known.TryGetValue(path, out var file)) return file;
        var bytes = read(path);
        return known[path] = (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Where it lies on this machine is nobody's business: names only.</summary>
    public static string Name(string path) => Path.GetFileName(path);

    internal string DigestWith(PricingOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(PlanText.Of(options)));
        foreach (var file in known) hash.AppendData(Encoding.ASCII.GetBytes(file.Value.Digest));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>Options as text, the same for the same options: what a plan's digest is made of. Paths are left out; the files' own digests stand for them.</summary>
internal static class PlanText
{
    private static readonly JsonSerializerOptions Form = new(FactJson.Options) { Converters = { new TextOnly() } };

    public static string Of(PricingOptions options) => JsonSerializer.Serialize(options, Form);

    private sealed class TextOnly : System.Text.Json.Serialization.JsonConverterFactory
    {
        public override bool CanConvert(Type type) => type == typeof(Money.Currency) || type == typeof(Money.Amount) || type == typeof(string);

        public override System.Text.Json.Serialization.JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
            type == typeof(string) ? new Words() : type == typeof(Money.Currency) ? new Printed<Money.Currency>() : new Printed<Money.Amount>();

        private sealed class Printed<T> : System.Text.Json.Serialization.JsonConverter<T> where T : struct
        {
            public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("Options are only written.");
            public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
        }

        private sealed class Words : System.Text.Json.Serialization.JsonConverter<string>
        {
            public override string Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("Options are only written.");
            public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Path.IsPathRooted(value) ? PlanFiles.Name(value) : value);
        }
    }
}
