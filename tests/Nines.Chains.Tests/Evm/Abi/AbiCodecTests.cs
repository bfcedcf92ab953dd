using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Testing;

namespace Nines.Chains.Tests.Evm.Abi;

public sealed class AbiCodecTests
{
    private static readonly string Word0 = new('0', 64);

    [Fact]
    public void What_is_encoded_decodes_to_the_same_value() =>
        Prop.ForAll(
            AbiGenerators.TypedValues,
            typed =>
            {
                var encoded = AbiEncoder.Encode([typed.Type], [typed.Value]);
                return AbiDecoder.Decode([typed.Type], encoded.Span) switch
                {
                    AbiDecoding.Decoded decoded => decoded.Values.Single().Equals(typed.Value),
                    AbiDecoding.Refused { Fault: AbiFault.NoData } => encoded.IsEmpty,
                    _ => false,
                };
            }).Check(SameDraws.Config.WithMaxTest(2_000));

    [Fact]
    public void A_type_survives_being_written_and_read() =>
        Prop.ForAll(AbiGenerators.TypedValues, typed => AbiVectorTests.TypeOf(typed.Type.Name).Equals(typed.Type))
            .Check(SameDraws.Config.WithMaxTest(1_000));

    [Theory]
    [InlineData("(string,uint256[],(bytes,bool)[2])")]
    [InlineData("uint256[][][]")]
    [InlineData("(address,int64,bytes7,string[])[]")]
    public void Mutated_encodings_decode_or_are_refused_and_never_crash(string type)
    {
        var parsed = AbiVectorTests.TypeOf(type);
        var generator = new Random(7);
        var seeds = Enumerable.Range(0, 40)
            .Select(_ => AbiEncoder.Encode([parsed], [Sample(parsed, generator)]).Span.ToArray())
            .ToArray();
        Prop.ForAll(Mutations.Of(seeds), bytes => AbiDecoder.Decode([parsed], bytes) is AbiDecoding.Decoded or AbiDecoding.Refused)
            .Check(Mutations.Many);
    }

    [Fact]
    public void Random_bytes_decode_or_are_refused_and_never_crash()
    {
        ImmutableArray<AbiType> types = [AbiType.String, new AbiType.ArrayType(new AbiType.ArrayType(AbiType.Bytes)), AbiType.UInt256];
        Prop.ForAll(Mutations.Random, bytes => AbiDecoder.Decode(types, bytes) is AbiDecoding.Decoded or AbiDecoding.Refused)
            .Check(Mutations.Many);
    }

    [Theory]
    [InlineData("uint8", "0000000000000000000000000000000000000000000000000000000000000100", AbiFault.OutOfRange)]
    [InlineData("int8", "0000000000000000000000000000000000000000000000000000000000000080", AbiFault.OutOfRange)]
    [InlineData("int8", "ff00000000000000000000000000000000000000000000000000000000000080", AbiFault.OutOfRange)]
    [InlineData("bool", "0000000000000000000000000000000000000000000000000000000000000002", AbiFault.OutOfRange)]
    [InlineData("address", "0000000000000000000000010000000000000000000000000000000000000001", AbiFault.OutOfRange)]
    [InlineData("bytes4", "1234567800000000000000000000000000000000000000000000000000000001", AbiFault.OutOfRange)]
    [InlineData("uint256", "00", AbiFault.TooShort)]
    [InlineData("uint256", "", AbiFault.NoData)]
    [InlineData("string", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", AbiFault.TooShort)]
    [InlineData("string", "0000000000000000000000000000000000000000000000000000000080000000", AbiFault.TooShort)]
    public void A_word_outside_its_type_is_refused(string type, string data, AbiFault fault) =>
        Assert.Equal(fault, Refusal(type, data).Fault);

    [Fact]
    public void A_string_with_a_length_beyond_the_data_is_refused()
    {
        Assert.Equal(AbiFault.TooShort, Refusal("string", WordOf(32) + WordOf(33) + Word0).Fault);
        Assert.Equal(AbiFault.TooShort, Refusal("string", WordOf(32) + WordOf(int.MaxValue) + Word0).Fault);
        Assert.Equal(AbiFault.TooShort, Refusal("string", WordOf(32) + WordOf((BigInteger.One << 256) - 1) + Word0).Fault);
    }

    [Fact]
    public void A_string_that_is_not_UTF_8_is_refused() =>
        Assert.Equal(AbiFault.InvalidUtf8, Refusal("string", WordOf(32) + WordOf(1) + "ff" + Word0).Fault);

    [Fact]
    public void An_array_with_a_huge_length_of_items_without_size_is_refused() =>
        Assert.Equal(AbiFault.TooLarge, Refusal("uint256[0][]", WordOf(32) + WordOf(int.MaxValue)).Fault);

    [Fact]
    public void A_fixed_array_longer_than_the_limit_is_refused_before_it_is_built() =>
        Assert.Equal(AbiFault.TooLarge, Refusal("uint256[0][2000000000]", Word0).Fault);

    [Fact]
    public void Arrays_that_all_point_at_each_other_are_refused_by_the_number_of_values()
    {
        // each level has eight offsets to one and the same next level: 8^12 values in 3.5 KiB
        const int Levels = 12;
        var data = WordOf(32);
        for (var level = 0; level < Levels; level++)
        {
            data += WordOf(8) + string.Concat(Enumerable.Repeat(WordOf(8 * 32), 8));
        }

        var type = "uint256" + string.Concat(Enumerable.Repeat("[]", Levels + 1));
        Assert.Equal(AbiFault.TooLarge, Refusal(type, data + WordOf(0)).Fault);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Containers_count_as_values(int limit, bool isEnough)
    {
        var decoding = AbiDecoder.Decode(
            [new AbiType.FixedArrayType(AbiType.UInt256, 1), AbiType.UInt256], HexBytes.Parse("0x" + Word0 + Word0).Span, new AbiLimits(MaxValues: limit));
        Assert.Equal(isEnough, decoding is AbiDecoding.Decoded);
        Assert.Equal(isEnough ? null : AbiFault.TooLarge, (decoding as AbiDecoding.Refused)?.Fault);
    }

    [Fact]
    public void Strings_that_overlap_are_refused_by_the_number_of_bytes()
    {
        // a thousand offsets to one string of 64 KiB
        const int Count = 1_000;
        var data = WordOf(32) + WordOf(Count)
            + string.Concat(Enumerable.Repeat(WordOf(Count * 32), Count))
            + WordOf(65_536) + new string('6', 2 * 65_536);
        Assert.Equal(AbiFault.TooLarge, Refusal("string[]", data).Fault);
        Assert.IsType<AbiDecoding.Decoded>(AbiDecoder.Decode(
            [AbiVectorTests.TypeOf("string[]")], HexBytes.Parse("0x" + data).Span, new AbiLimits(MaxBytes: 100_000_000)));
    }

    [Fact]
    public void Bytes_after_the_last_value_are_not_looked_at() =>
        Assert.IsType<AbiDecoding.Decoded>(AbiDecoder.Decode([AbiType.UInt256], HexBytes.Parse("0x" + Word0 + "ff").Span));

    [Fact]
    public void A_refusal_says_where() =>
        Assert.Equal(32, Assert.IsType<AbiDecoding.Refused>(AbiDecoder.Decode([AbiType.UInt256, AbiType.Bool], HexBytes.Parse("0x" + Word0 + WordOf(2)).Span)).Offset);

    [Fact]
    public void A_value_that_does_not_fit_its_type_is_not_encoded()
    {
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([new AbiType.UIntType(8)], [new AbiValue.Number(256)]));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([new AbiType.UIntType(8)], [new AbiValue.Number(-1)]));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([new AbiType.IntType(8)], [new AbiValue.Number(128)]));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([new AbiType.FixedBytesType(4)], [new AbiValue.Blob(HexBytes.CopyOf([1, 2, 3]))]));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([AbiType.Bool], [new AbiValue.Number(1)]));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([AbiType.String], [new AbiValue.Text("\ud800")]));
        Assert.Throws<AbiException>(() => AbiEncoder.Encode([AbiType.Bool], []));
    }

    [Fact]
    public void Types_have_limits()
    {
        Assert.Throws<AbiException>(() => new AbiType.UIntType(7));
        Assert.Throws<AbiException>(() => new AbiType.IntType(264));
        Assert.Throws<AbiException>(() => new AbiType.FixedBytesType(33));
        Assert.Throws<AbiException>(() => new AbiType.FixedArrayType(AbiType.Bool, -1));
        Assert.Throws<AbiException>(() => AbiVectorTests.TypeOf("uint256[2000000000]"));
        Assert.Throws<AbiException>(() => AbiVectorTests.TypeOf("uint256[1000][1000][1000]"));
        Assert.Throws<AbiException>(() => AbiVectorTests.TypeOf("uint256" + string.Concat(Enumerable.Repeat("[]", AbiType.MaxDepth + 1))));
    }

    private static AbiDecoding.Refused Refusal(string type, string data) =>
        Assert.IsType<AbiDecoding.Refused>(AbiDecoder.Decode([AbiVectorTests.TypeOf(type)], HexBytes.Parse("0x" + data).Span));

    private static string WordOf(BigInteger value) => AbiEncoder.Encode([AbiType.UInt256], [new AbiValue.Number(value)]).ToString()[2..];

    private static AbiValue Sample(AbiType type, Random random) => type switch
    {
        AbiType.UIntType or AbiType.IntType => new AbiValue.Number(random.Next(100)),
        AbiType.AddressType => new AbiValue.Account(Address.Zero),
        AbiType.BoolType => new AbiValue.Flag(random.Next(2) == 1),
        AbiType.FixedBytesType t => new AbiValue.Blob(HexBytes.CopyOf(new byte[t.Length])),
        AbiType.BytesType => new AbiValue.Blob(HexBytes.CopyOf(new byte[random.Next(70)])),
        AbiType.StringType => new AbiValue.Text(new string('é', random.Next(40))),
        AbiType.FixedArrayType t => new AbiValue.Sequence([.. Enumerable.Range(0, t.Length).Select(_ => Sample(t.Element, random))]),
        AbiType.ArrayType t => new AbiValue.Sequence([.. Enumerable.Range(0, random.Next(4)).Select(_ => Sample(t.Element, random))]),
        AbiType.TupleType t => new AbiValue.Sequence([.. t.Components.Select(c => Sample(c.Type, random))]),
        _ => throw new InvalidOperationException(type.Name),
    };
}
