using System.Net.Sockets;
using System.Security.Cryptography;

namespace Nines.Probing.Paths;

/// <summary>
/// Asks whether a target that refused our handshake would take one of before TLS 1.2 (RFC 4346, RFC 2246), which our own library
/// no longer offers: a hello, and a look at the version in the answer. Nothing is agreed on, and nothing is sent over it.
/// </summary>
internal static class LegacyHello
{
    private static readonly byte[] Ciphers = [0xC0, 0x14, 0xC0, 0x0A, 0xC0, 0x13, 0xC0, 0x09, 0x00, 0x35, 0x00, 0x2F, 0x00, 0x0A, 0x00, 0x05, 0x00, 0x39, 0x00, 0x33];

    // supported_groups: secp256r1, secp384r1, x25519; ec_point_formats: uncompressed.
    private static readonly byte[] Extensions = [0x00, 0x0A, 0x00, 0x08, 0x00, 0x06, 0x00, 0x17, 0x00, 0x18, 0x00, 0x1D, 0x00, 0x0B, 0x00, 0x02, 0x01, 0x00];

    /// <summary>True when it answers with a server hello of TLS 1.1 or older.</summary>
    public static async Task<bool> IsTakenAsync(Stream target, CancellationToken limit)
    {
        try
        {
            await target.WriteAsync(Hello(), limit).ConfigureAwait(false);
            var answer = new byte[11]; // record header (5), handshake header (4), version (2)
            await target.ReadExactlyAsync(answer, limit).ConfigureAwait(false);
            return answer is [0x16, 0x03, _, _, _, 0x02, _, _, _, 0x03, < 0x03];
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static byte[] Hello()
    {
        byte[] body =
        [
            0x03, 0x02, .. RandomNumberGenerator.GetBytes(32), 0x00,
            0x00, (byte)Ciphers.Length, .. Ciphers,
            0x01, 0x00,
            0x00, (byte)Extensions.Length, .. Extensions,
        ];
        return [0x16, 0x03, 0x01, 0x00, (byte)(body.Length + 4), 0x01, 0x00, 0x00, (byte)body.Length, .. body];
    }
}
