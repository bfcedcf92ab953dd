using Nines.Chains.Evm.Rlp;

namespace Nines.Chains.Evm.Tries;

/// <summary>
/// Reckons a root from entries in the order of their keys. Nodes are written one after another at the end of one buffer, and each gives
/// way to its hash as soon as it is whole.
/// </summary>
internal sealed class TrieHasher(byte[][] keys, ReadOnlyMemory<byte>[] values)
{
    private const int Branches = 16;

    private readonly RlpWriter _writer = new(1024);

    public Hash32 Root()
    {
        if (keys.Length == 0)
        {
            return MerkleTrie.EmptyRoot;
        }

        WriteNode(0, keys.Length, 0);
        return Keccak256.Hash(_writer.Written);
    }

    /// <summary>A node in the place of another: its hash, or the node itself when it is shorter than a hash.</summary>
    private void WriteReference(int from, int to, int depth)
    {
        var start = _writer.Length;
        WriteNode(from, to, depth);
        if (_writer.Length - start >= Hash32.Size)
        {
            var hash = Keccak256.Hash(_writer.Written[start..]);
            _writer.Truncate(start);
            _writer.Write(hash);
        }
    }

    /// <summary>The node over the entries in [from, to), whose keys agree in their first <paramref name="depth"/> nibbles.</summary>
    private void WriteNode(int from, int to, int depth)
    {
        var node = _writer.BeginList();
        if (to - from == 1)
        {
            WritePath(keys[from], depth, 2 * keys[from].Length, isLeaf: true);
            _writer.Write(values[from].Span);
        }
        else
        {
            // sorted: what the first and the last key share, all share
            var shared = SharedNibbles(keys[from], keys[to - 1], depth);
            if (shared > depth)
            {
                WritePath(keys[from], depth, shared, isLeaf: false);
                WriteReference(from, to, shared);
            }
            else
            {
                WriteBranch(from, to, depth);
            }
        }

        _writer.EndList(node);
    }

    private void WriteBranch(int from, int to, int depth)
    {
        // a key that ends here comes before all that go on
        var ending = 2 * keys[from].Length == depth ? from++ : -1;
        for (var nibble = 0; nibble < Branches; nibble++)
        {
            var next = from;
            while (next < to && NibbleAt(keys[next], depth) == nibble)
            {
                next++;
            }

            if (next == from)
            {
                _writer.Write([]);
            }
            else
            {
                WriteReference(from, next, depth + 1);
            }

            from = next;
        }

        _writer.Write(ending < 0 ? [] : values[ending].Span);
    }

    /// <summary>Nibbles with a prefix that says whether their number is odd and whether the path ends in a value.</summary>
    /// <remarks>Source: yellow paper, appendix C.</remarks>
    private void WritePath(byte[] key, int from, int to, bool isLeaf)
    {
        Span<byte> path = stackalloc byte[1 + ((to - from) / 2)];
        path[0] = isLeaf ? (byte)0x20 : (byte)0;
        if ((to - from) % 2 != 0)
        {
            path[0] |= (byte)(0x10 | NibbleAt(key, from++));
        }

        for (var at = 1; from < to; at++, from += 2)
        {
            path[at] = (byte)((NibbleAt(key, from) << 4) | NibbleAt(key, from + 1));
        }

        _writer.Write(path);
    }

    private static int SharedNibbles(byte[] first, byte[] last, int depth)
    {
        var end = 2 * Math.Min(first.Length, last.Length);
        while (depth < end && NibbleAt(first, depth) == NibbleAt(last, depth))
        {
            depth++;
        }

        return depth;
    }

    private static int NibbleAt(byte[] key, int nibble) => nibble % 2 == 0 ? key[nibble / 2] >> 4 : key[nibble / 2] & 0x0f;
}
