using FsCheck;
using FsCheck.Fluent;
using Nines.Testing;

namespace Nines.Chains.Tests;

/// <summary>Bytes that were right once: some overwritten, cut, repeated or inserted.</summary>
internal static class Mutations
{
    /// <summary>Cases of each mutation test.</summary>
    public static Config Many { get; } = SameDraws.Config.WithMaxTest(10_000).WithEndSize(100);

    public static Arbitrary<byte[]> Of(params byte[][] seeds) =>
        (from seed in Gen.Elements(seeds)
         from edits in Gen.Choose(0, 6)
         from changed in Edited(seed, edits)
         select changed).ToArbitrary();

    public static Arbitrary<byte[]> Random { get; } =
        Gen.Sized(size => Gen.ArrayOf(Byte, size * 4)).ToArbitrary();

    private static Gen<byte> Byte { get; } = Gen.Choose(0, 255).Select(b => (byte)b);

    /// <summary>Bytes that mean something to a decoder, more often than chance would give them.</summary>
    private static Gen<byte> TellingByte { get; } = Gen.OneOf(
        Byte,
        Gen.Elements<byte>(0x00, 0x01, 0x20, 0x40, 0x7f, 0x80, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff),
        Gen.Elements("{}[]\",:\\u0x-9ed".Select(c => (byte)c).ToArray()));

    private static Gen<byte[]> Edited(byte[] seed, int edits) =>
        edits == 0 ? Gen.Constant(seed) : Edit(seed).SelectMany(changed => Edited(changed, edits - 1));

    private static Gen<byte[]> Edit(byte[] bytes) =>
        from at in Gen.Choose(0, bytes.Length)
        from length in Gen.Choose(0, Math.Min(40, bytes.Length - at))
        from with in Gen.ArrayOf(TellingByte, 3)
        from kind in Gen.Choose(0, 4)
        select kind switch
        {
            0 => [.. bytes[..at], .. with[..Math.Min(1, bytes.Length - at)], .. bytes[Math.Min(at + 1, bytes.Length)..]],
            1 => bytes[..at],
            2 => [.. bytes[..(at + length)], .. bytes[at..]],
            3 => [.. bytes[..at], .. bytes[(at + length)..]],
            _ => [.. bytes[..at], .. with, .. bytes[at..]],
        };
}
