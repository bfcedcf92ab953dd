using System.Security.Cryptography;

namespace Nines.Probing.Http;

/// <summary>Reads what came with an answer, and no more of it than the limit.</summary>
internal static class HttpBody
{
    /// <summary>The body, decompressed, as far as it is read: a body that unpacks to more is cut where the limit is, however small it came.</summary>
    /// <param name="most">Bytes; beyond, the body is cut.</param>
    public static async Task<(ReadOnlyMemory<byte> Bytes, bool Cut)> ReadAsync(HttpContent content, int most, CancellationToken limit)
    {
        using var body = await content.ReadAsStreamAsync(limit).ConfigureAwait(false);
        var buffer = new byte[Math.Min(4 << 10, most + 1)];
        var length = 0;
        while (true)
        {
            var read = await ReadSomeAsync(body, buffer.AsMemory(length), limit).ConfigureAwait(false);
            if (read == 0) return (buffer.AsMemory(0, length), false);
            length += read;
            if (length > most) return (buffer.AsMemory(0, most), true);
            if (length == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, most + 1L));
        }
    }

    private static async ValueTask<int> ReadSomeAsync(Stream body, Memory<byte> into, CancellationToken limit)
    {
        try
        {
            return await body.ReadAsync(into, limit).ConfigureAwait(false);
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            // How the framework's Brotli decoder, unlike the others, says that what came is not Brotli.
            throw new InvalidDataException("the body cannot be unpacked", e);
        }
    }

    public static string Sha256(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>All headers, each with its values joined as one, by names in any case.</summary>
    public static Dictionary<string, string> HeadersOf(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)) headers[name] = string.Join(", ", values);
        return headers;
    }

    /// <returns>The header's values, joined as one; null when it is not there. Never throws, whatever the target put into it.</returns>
    public static string? HeaderOf(HttpResponseMessage response, string name)
    {
        if (response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values))
            return string.Join(", ", values);
        return null;
    }
}
