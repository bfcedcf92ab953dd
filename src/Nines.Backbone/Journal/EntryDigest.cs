using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nines.Backbone.Journal;

/// <summary>What <see cref="IJournal.DigestOfAsync"/> is over.</summary>
public static class EntryDigest
{
    public static byte[] Of(long version, ReadOnlySpan<byte> fact)
    {
        var bytes = new byte[sizeof(long) + fact.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, version);
        fact.CopyTo(bytes.AsSpan(sizeof(long)));
        return SHA256.HashData(bytes);
    }
}
