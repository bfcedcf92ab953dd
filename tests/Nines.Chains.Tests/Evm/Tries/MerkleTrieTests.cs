using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Tries;
using Nines.Testing;

namespace Nines.Chains.Tests.Evm.Tries;

public sealed class MerkleTrieTests
{
    [Theory]
    [InlineData("trietest.json", false, 5)]
    [InlineData("trieanyorder.json", false, 7)]
    [InlineData("trietest_secureTrie.json", true, 3)]
    [InlineData("trieanyorder_secureTrie.json", true, 7)]
    [InlineData("hex_encoded_securetrie_test.json", true, 3)]
    public void The_root_is_that_of_every_vector_of_the_Ethereum_tests(string file, bool isSecure, int vectors)
    {
        using var content = SharedData.Json("evm", "ethereum-tests", "TrieTests", file);
        Assert.Equal(vectors, content.RootElement.EnumerateObject().Count());
        Assert.All(content.RootElement.EnumerateObject(), vector =>
        {
            var entries = EntriesOf(vector.Value.GetProperty("in")).Select(
                e => isSecure ? KeyValuePair.Create(HexBytes.CopyOf(Keccak256.Hash(e.Key.Span).ToArray()), e.Value) : e);
            Assert.Equal(vector.Value.GetProperty("root").GetString(), MerkleTrie.RootOf(entries).ToString());
        });
    }

    [Fact]
    public void A_trie_of_nothing_has_the_published_root() =>
        Assert.Equal("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421", MerkleTrie.RootOf([]).ToString());

    [Fact]
    public void The_order_of_the_entries_does_not_matter_and_each_of_them_does() =>
        Prop.ForAll(
            Gen.Choose(1, 40).SelectMany(count => Gen.ArrayOf(Gen.ArrayOf(Gen.Choose(0, 3).Select(b => (byte)b), 3), count)).ToArbitrary(),
            keys =>
            {
                var entries = keys.Select(k => HexBytes.CopyOf(k)).Distinct().Select((k, i) => KeyValuePair.Create(k, HexBytes.CopyOf([(byte)(i + 1)]))).ToArray();
                var root = MerkleTrie.RootOf(entries);
                return MerkleTrie.RootOf(entries.Reverse()) == root
                    && MerkleTrie.RootOf(entries.Skip(1)) != root
                    && MerkleTrie.RootOf([KeyValuePair.Create(entries[0].Key, HexBytes.CopyOf([200])), .. entries.Skip(1)]) != root;
            }).Check(SameDraws.Config.WithMaxTest(500));

    [Fact]
    public void A_key_that_comes_twice_and_an_empty_value_are_refused()
    {
        var entry = KeyValuePair.Create(HexBytes.CopyOf([1]), HexBytes.CopyOf([2]));
        Assert.Throws<ArgumentException>(() => MerkleTrie.RootOf([entry, entry]));
        Assert.Throws<ArgumentException>(() => MerkleTrie.RootOf([KeyValuePair.Create(HexBytes.CopyOf([1]), HexBytes.Empty)]));
    }

    /// <summary>The steps of a vector, one after the other: a null takes the key out again.</summary>
    private static Dictionary<HexBytes, HexBytes> EntriesOf(JsonElement steps)
    {
        var entries = new Dictionary<HexBytes, HexBytes>();
        var pairs = steps.ValueKind == JsonValueKind.Object
            ? steps.EnumerateObject().Select(p => (p.Name, p.Value.GetString()))
            : steps.EnumerateArray().Select(p => (p[0].GetString()!, p[1].GetString()));
        foreach (var (key, value) in pairs)
        {
            if (value is null)
            {
                entries.Remove(BytesOf(key));
            }
            else
            {
                entries[BytesOf(key)] = BytesOf(value);
            }
        }

        return entries;
    }

    private static HexBytes BytesOf(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? HexBytes.Parse(text) : HexBytes.CopyOf(Encoding.UTF8.GetBytes(text));
}
