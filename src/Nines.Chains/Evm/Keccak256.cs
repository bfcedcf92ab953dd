using System.Buffers.Binary;
using System.Numerics;

namespace Nines.Chains.Evm;

/// <summary>
/// Keccak-256 as Ethereum uses it: the sponge of the SHA-3 submission with rate 1088 bits and the original padding 0x01
/// (not the 0x06 of FIPS 202, so SHA3-256 gives other digests).
/// </summary>
/// <remarks>Allocates nothing. Source: the Keccak reference, version 3.0, and the Ethereum yellow paper, appendix on KEC.</remarks>
public static class Keccak256
{
    /// <summary>Bytes absorbed per permutation: (1600 − 2 × 256) / 8.</summary>
    private const int RateBytes = 136;

    private const int Lanes = 25;

    private static readonly ulong[] RoundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>How far each lane turns in the rho step, in the order in which the pi step visits the lanes.</summary>
    private static ReadOnlySpan<byte> Rotations =>
        [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    /// <summary>The order in which the pi step visits the lanes, from lane 1.</summary>
    private static ReadOnlySpan<byte> Visits =>
        [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    public static Hash32 Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (; data.Length >= RateBytes; data = data[RateBytes..])
        {
            Absorb(state, data[..RateBytes]);
        }

        Span<byte> last = stackalloc byte[RateBytes];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[RateBytes - 1] |= 0x80;
        Absorb(state, last);

        Span<byte> digest = stackalloc byte[Hash32.Size];
        for (var lane = 0; lane < Hash32.Size / 8; lane++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(lane * 8)..], state[lane]);
        }

        return new Hash32(digest);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var lane = 0; lane < RateBytes / 8; lane++)
        {
            state[lane] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(lane * 8)..]);
        }

        Permute(state);
    }

    private static void Permute(Span<ulong> a)
    {
        Span<ulong> column = stackalloc ulong[5];
        foreach (var constant in RoundConstants)
        {
            // theta: each lane takes in the parity of two neighbouring columns
            for (var x = 0; x < 5; x++)
            {
                column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            }

            for (var x = 0; x < 5; x++)
            {
                var parity = column[(x + 4) % 5] ^ BitOperations.RotateLeft(column[(x + 1) % 5], 1);
                for (var y = 0; y < Lanes; y += 5)
                {
                    a[y + x] ^= parity;
                }
            }

            // rho and pi: turn each lane and move it
            var moving = a[1];
            for (var step = 0; step < Visits.Length; step++)
            {
                var to = Visits[step];
                (moving, a[to]) = (a[to], BitOperations.RotateLeft(moving, Rotations[step]));
            }

            // chi: the only non-linear step
            for (var y = 0; y < Lanes; y += 5)
            {
                a.Slice(y, 5).CopyTo(column);
                for (var x = 0; x < 5; x++)
                {
                    a[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]);
                }
            }

            // iota
            a[0] ^= constant;
        }
    }
}
