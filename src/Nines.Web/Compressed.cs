using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Nines.Web;

/// <summary>
/// Bytes as they go over the wire, packed where the caller takes it. A page may hold what its caller sent and what only he may know: the second
/// must then differ in every answer (as tokens against forged requests do), or its length would tell it.
/// </summary>
internal static class Compressed
{
    /// <summary>Less is not worth it.</summary>
    private const int Least = 1_024;

    /// <returns>Null where they are to go as they are.</returns>
    public static (byte[] Bytes, string Encoding)? ForWhomItIs(HttpRequest request, byte[] bytes)
    {
        if (bytes.Length < Least) return null;
        var accepts = request.Headers.AcceptEncoding.ToString().Split(',', StringSplitOptions.TrimEntries);
        if (accepts.Contains("br", StringComparer.OrdinalIgnoreCase)) return (Brotli(bytes), "br");
        return accepts.Contains("gzip", StringComparer.OrdinalIgnoreCase) ? (Gzip(bytes), "gzip") : null;
    }

    /// <param name="quality">0 to 11; 5 for what is made anew again and again.</param>
    public static byte[] Brotli(byte[] bytes, int quality = 5) => Pack(bytes, to => new BrotliStream(to, new BrotliCompressionOptions { Quality = quality }));

    public static byte[] Gzip(byte[] bytes) => Pack(bytes, to => new GZipStream(to, CompressionLevel.Optimal));

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream(bytes.Length / 4);
        using (var stream = packer(packed)) stream.Write(bytes);
        return packed.ToArray();
    }
}
