using System.IO.Compression;

namespace Nines.Probing.Paths;

/// <summary>Undoes the content codings that we offer (RFC 9110, section 8.4.1).</summary>
internal static class Unpacking
{
    /// <returns>The coding's name; null when it is not one of those we undo.</returns>
    public static string? Known(string coding) => coding.ToLowerInvariant() is "gzip" or "x-gzip" or "deflate" or "br" ? coding.ToLowerInvariant() : null;

    public static Stream Of(Stream packed, string? coding) => coding switch
    {
        null => packed,
        "br" => new BrotliStream(packed, CompressionMode.Decompress),
        "deflate" => new DeflateOrZlib(packed),
        _ => new GZipStream(packed, CompressionMode.Decompress),
    };

    /// <summary>Deflate is meant to be in zlib's wrapping; some servers send it bare. The first byte tells: zlib's method is 8 in the low half.</summary>
    private sealed class DeflateOrZlib(Stream packed) : ReadingStream
    {
        private Stream? unpacked;

        public override async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken = default)
        {
            if (unpacked is null)
            {
                var first = new byte[1];
                if (await packed.ReadAsync(first, cancellationToken).ConfigureAwait(false) == 0) return 0;
                var whole = new WithFirst(first[0], packed);
                unpacked = (first[0] & 0xF) == 8 ? new ZLibStream(whole, CompressionMode.Decompress) : new DeflateStream(whole, CompressionMode.Decompress);
            }
            return await unpacked.ReadAsync(into, cancellationToken).ConfigureAwait(false);
        }

        public override async ValueTask DisposeAsync()
        {
            if (unpacked is not null) await unpacked.DisposeAsync().ConfigureAwait(false);
            await packed.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class WithFirst(byte first, Stream rest) : ReadingStream
    {
        private bool given;

        public override ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken = default)
        {
            if (given || into.Length == 0) return rest.ReadAsync(into, cancellationToken);
            into.Span[0] = first;
            given = true;
            return ValueTask.FromResult(1);
        }

        public override ValueTask DisposeAsync() => rest.DisposeAsync();
    }
}
