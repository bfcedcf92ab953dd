using Nines.Chains.Evm.Rlp;

namespace Nines.Chains.Evm.Tries;

/// <summary>
/// The root hash of a Merkle-Patricia trie. The root depends on what the trie holds, not on how it came to be, so it is reckoned from the
/// sorted entries in one pass, and no trie is kept.
/// </summary>
/// <remarks>Source: Ethereum yellow paper, appendix D.</remarks>
public static class MerkleTrie
{
    /// <value>Bytes: a trie is as deep as its keys are long, and is walked by recursion.</value>
    private const int MaxKeyBytes = 256;

    /// <summary>The root of a trie that holds nothing.</summary>
    public static Hash32 EmptyRoot { get; } = Keccak256.Hash([0x80]);

    /// <summary>The root of a trie with these entries, in any order. A secure trie is one whose keys are hashes.</summary>
    /// <param name="entries">Values are not empty: an empty value is an entry that is not there.</param>
    /// <exception cref="ArgumentException">A key comes twice or is longer than 256 bytes, or a value is empty.</exception>
    public static Hash32 RootOf(IEnumerable<KeyValuePair<HexBytes, HexBytes>> entries)
    {
        var sorted = entries.ToArray();
        Array.Sort(sorted, (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span));
        var keys = new byte[sorted.Length][];
        var values = new ReadOnlyMemory<byte>[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].Value.IsEmpty || sorted[i].Key.Length > MaxKeyBytes || (i > 0 && sorted[i].Key == sorted[i - 1].Key))
            {
                throw new ArgumentException($"The key {sorted[i].Key} comes twice or is too long, or its value is empty.", nameof(entries));
            }

            keys[i] = sorted[i].Key.Span.ToArray();
            values[i] = sorted[i].Value.Memory;
        }

        return new TrieHasher(keys, values).Root();
    }

    /// <summary>
    /// The root over a list, as headers have it of transactions, receipts and withdrawals: the key of each item is its index in recursive
    /// length prefix encoding.
    /// </summary>
    /// <param name="count">Items.</param>
    /// <param name="write">Writes the item at an index; never nothing.</param>
    internal static Hash32 RootOfList(int count, Action<int, RlpWriter> write)
    {
        var keys = new byte[count][];
        var values = new ReadOnlyMemory<byte>[count];
        var items = new RlpWriter(512 * Math.Max(1, count));
        var ends = new int[count];
        var places = new int[count];
        for (var place = 0; place < count; place++)
        {
            var index = IndexAt(place, count);
            (keys[place], places[place]) = (KeyOf(index), index);
        }

        for (var index = 0; index < count; index++)
        {
            write(index, items);
            ends[index] = items.Length;
        }

        for (var place = 0; place < count; place++)
        {
            var index = places[place];
            var start = index == 0 ? 0 : ends[index - 1];
            values[place] = items.WrittenMemory[start..ends[index]];
        }

        return new TrieHasher(keys, values).Root();
    }

    /// <summary>Which index's key comes at a place in the order of keys: 1 to 127 encode as themselves and 0 as 0x80, after them.</summary>
    private static int IndexAt(int place, int count)
    {
        const int FirstPrefixed = 128;
        var single = Math.Min(count, FirstPrefixed) - 1;
        return place < single ? place + 1 : place == single ? 0 : place;
    }

    private static byte[] KeyOf(int index)
    {
        var writer = new RlpWriter(16);
        writer.Write((ulong)index);
        return writer.Written.ToArray();
    }
}
