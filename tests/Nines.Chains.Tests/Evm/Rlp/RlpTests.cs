using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Rlp;
using Nines.Testing;

namespace Nines.Chains.Tests.Evm.Rlp;

public sealed class RlpTests
{
    private static Gen<RlpItem> Items(int depth) => depth == 0
        ? from length in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(53, 58), Gen.Choose(250, 260))
          from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), length)
          select (RlpItem)new RlpItem.String(HexBytes.CopyOf(bytes))
        : Gen.OneOf(
            Items(0),
            from length in Gen.Choose(0, 4)
            from items in Gen.ArrayOf(Items(depth - 1), length)
            select (RlpItem)new RlpItem.List([.. items]));

    [Fact]
    public void Encoding_and_decoding_agree_with_every_valid_vector_of_the_Ethereum_tests()
    {
        using var vectors = SharedData.Json("evm", "ethereum-tests", "RLPTests", "rlptest.json");
        Assert.All(vectors.RootElement.EnumerateObject(), v =>
            AssertBothWays(ItemOf(v.Value.GetProperty("in")), v.Value.GetProperty("out").GetString()!));
    }

    [Fact]
    public void Every_invalid_vector_of_the_Ethereum_tests_is_refused()
    {
        using var vectors = SharedData.Json("evm", "ethereum-tests", "RLPTests", "invalidRLPTest.json");
        Assert.All(vectors.RootElement.EnumerateObject(), v => Assert.IsType<RlpDecoding.Refused>(Decode(v.Value.GetProperty("out").GetString()!)));
    }

    [Fact]
    public void The_random_vectors_of_the_Ethereum_tests_decode_and_encode_to_the_same_bytes()
    {
        using var vectors = SharedData.Json("evm", "ethereum-tests", "RLPTests", "RandomRLPTests", "example.json");
        Assert.All(vectors.RootElement.EnumerateObject(), v =>
        {
            Assert.Equal("VALID", v.Value.GetProperty("in").GetString());
            var encoded = v.Value.GetProperty("out").GetString()!;
            Assert.Equal(encoded, RlpCodec.Encode(Assert.IsType<RlpDecoding.Decoded>(Decode(encoded)).Item).ToString());
        });
    }

    [Fact]
    public void Encoding_and_decoding_agree_with_every_vector_of_ethers()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "rlp.json.gz");
        Assert.All(vectors.RootElement.EnumerateArray(), v =>
            AssertBothWays(ItemOfHex(v.GetProperty("decoded")), v.GetProperty("encoded").GetString()!));
    }

    [Fact]
    public void What_is_encoded_decodes_to_the_same_item() =>
        Prop.ForAll(
            Items(4).ToArbitrary(),
            item => RlpCodec.Decode(RlpCodec.Encode(item).Span) is RlpDecoding.Decoded decoded && decoded.Item.Equals(item))
            .Check(SameDraws.Config.WithMaxTest(2_000));

    [Fact]
    public void Mutated_bytes_are_refused_or_are_the_one_encoding_of_what_they_decode_to()
    {
        byte[][] seeds = [.. Items(4).Draw(60, 60).Select(item => RlpCodec.Encode(item).Span.ToArray())];
        Prop.ForAll(Mutations.Of(seeds), IsRefusedOrCanonical).Check(Mutations.Many);
    }

    [Fact]
    public void Random_bytes_are_refused_or_are_the_one_encoding_of_what_they_decode_to() =>
        Prop.ForAll(Mutations.Random, IsRefusedOrCanonical).Check(Mutations.Many);

    [Theory]
    [InlineData("0x", RlpFault.TooShort)]
    [InlineData("0x83646f", RlpFault.TooShort)]
    [InlineData("0xbfffffffffffffffff", RlpFault.TooShort)]
    [InlineData("0x8000", RlpFault.TrailingBytes)]
    [InlineData("0x8105", RlpFault.PrefixedSingleByte)]
    [InlineData("0xb800", RlpFault.LeadingZeroInLength)]
    [InlineData("0xb801ff", RlpFault.LongFormOfShortLength)]
    [InlineData("0xc382ffffff", RlpFault.TrailingBytes)]
    [InlineData("0xc282ffffff", RlpFault.BeyondList)]
    public void A_refusal_names_the_rule_that_is_broken(string data, RlpFault fault) =>
        Assert.Equal(fault, Assert.IsType<RlpDecoding.Refused>(Decode(data)).Fault);

    [Fact]
    public void Lists_nested_deeper_than_the_limit_are_refused()
    {
        var nested = Nested(new RlpLimits().MaxDepth);
        Assert.IsType<RlpDecoding.Decoded>(RlpCodec.Decode(RlpCodec.Encode(nested).Span));
        var deeper = RlpCodec.Encode(new RlpItem.List(nested));
        Assert.Equal(RlpFault.TooLarge, Assert.IsType<RlpDecoding.Refused>(RlpCodec.Decode(deeper.Span)).Fault);
        Assert.Throws<ArgumentException>(() => Nested(RlpItem.MaxDepth + 1));
    }

    [Fact]
    public void More_items_or_bytes_than_the_limit_are_refused()
    {
        var thousand = RlpCodec.Encode(new RlpItem.List([.. Enumerable.Repeat(RlpItem.Empty, 1_000)]));
        Assert.Equal(
            RlpFault.TooLarge,
            Assert.IsType<RlpDecoding.Refused>(RlpCodec.Decode(thousand.Span, new RlpLimits(MaxItems: 1_000))).Fault);
        Assert.Equal(
            RlpFault.TooLarge,
            Assert.IsType<RlpDecoding.Refused>(RlpCodec.Decode(thousand.Span, new RlpLimits(MaxBytes: 1_000))).Fault);
        Assert.IsType<RlpDecoding.Decoded>(RlpCodec.Decode(thousand.Span, new RlpLimits(MaxItems: 1_001)));
    }

    [Fact]
    public void A_number_has_no_leading_zeros()
    {
        Assert.Equal("0x80", RlpCodec.Encode(RlpItem.Integer(0)).ToString());
        Assert.Equal("0x0f", RlpCodec.Encode(RlpItem.Integer(15)).ToString());
        Assert.Equal("0x820400", RlpCodec.Encode(RlpItem.Integer(1024)).ToString());
        Assert.True(new RlpItem.String(HexBytes.CopyOf([4, 0])).TryReadInteger(out var value));
        Assert.Equal(1024, value);
        Assert.False(new RlpItem.String(HexBytes.CopyOf([0, 4])).TryReadInteger(out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => RlpItem.Integer(-1));
    }

    private static RlpItem Nested(int depth) =>
        Enumerable.Range(0, depth).Aggregate((RlpItem?)null, (inner, _) => inner is null ? new RlpItem.List() : new RlpItem.List(inner))!;

    private static bool IsRefusedOrCanonical(byte[] bytes) =>
        RlpCodec.Decode(bytes) is not RlpDecoding.Decoded decoded || RlpCodec.Encode(decoded.Item).Span.SequenceEqual(bytes);

    private static void AssertBothWays(RlpItem item, string encoded)
    {
        Assert.Equal(encoded, RlpCodec.Encode(item).ToString());
        Assert.Equal(new RlpDecoding.Decoded(item), Decode(encoded));
    }

    /// <summary>A few of the Ethereum tests leave out the prefix.</summary>
    private static RlpDecoding Decode(string hex) =>
        RlpCodec.Decode(HexBytes.Parse(hex.StartsWith("0x", StringComparison.Ordinal) ? hex : "0x" + hex).Span);

    /// <summary>The Ethereum tests write a large number as "#" and digits.</summary>
    private static RlpItem ItemOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => new RlpItem.List([.. json.EnumerateArray().Select(ItemOf)]),
        JsonValueKind.Number => RlpItem.Integer(json.GetInt64()),
        _ => json.GetString()! is ['#', .. var digits]
            ? RlpItem.Integer(BigInteger.Parse(digits, CultureInfo.InvariantCulture))
            : new RlpItem.String(HexBytes.CopyOf(Encoding.UTF8.GetBytes(json.GetString()!))),
    };

    private static RlpItem ItemOfHex(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? new RlpItem.List([.. json.EnumerateArray().Select(ItemOfHex)])
        : new RlpItem.String(HexBytes.Parse(json.GetString()));
}
