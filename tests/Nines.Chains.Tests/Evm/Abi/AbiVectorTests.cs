using System.Collections.Immutable;
using System.Text.Json;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Chains.Tests.Evm.Abi;

public sealed class AbiVectorTests
{
    [Fact]
    public void Encoding_agrees_with_every_vector_of_the_Ethereum_tests()
    {
        using var vectors = SharedData.Json("evm", "ethereum-tests", "ABITests", "basic_abi_tests.json");
        Assert.All(vectors.RootElement.EnumerateObject(), vector =>
        {
            var types = vector.Value.GetProperty("types").EnumerateArray().Select(t => TypeOf(t.GetString()!)).ToImmutableArray();
            var values = types.Zip(vector.Value.GetProperty("args").EnumerateArray(), ReadEthereumTest).ToImmutableArray();
            var encoded = AbiEncoder.Encode(types, values);
            Assert.Equal("0x" + vector.Value.GetProperty("result").GetString(), encoded.ToString());
            Assert.Equal(new AbiDecoding.Decoded(values), AbiDecoder.Decode(types, encoded.Span));
        });
    }

    [Fact]
    public void Encoding_and_decoding_agree_with_every_vector_of_ethers()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "abi.json.gz");
        Assert.Equal(1024, vectors.RootElement.GetArrayLength());
        Assert.All(vectors.RootElement.EnumerateArray().Select(v => (v.GetProperty("name").GetString(), v)), named =>
        {
            var (name, vector) = named;
            var type = TypeOf(vector.GetProperty("type").GetString()!);
            var value = AbiJson.Read(type, vector.GetProperty("value"));
            var encoded = vector.GetProperty("encoded").GetString()!;
            Assert.True(encoded == AbiEncoder.Encode([type], [value]).ToString(), name);
            Assert.True(AbiDecoder.Decode([type], HexBytes.Parse(encoded).Span).Equals(new AbiDecoding.Decoded([value])), name);
        });
    }

    internal static AbiType TypeOf(string type) => AbiSignature.Parse($"f({type})").Inputs[0].Type;

    /// <summary>The Ethereum tests write byte strings as plain text.</summary>
    private static AbiValue ReadEthereumTest(AbiType type, JsonElement json) =>
        type is AbiType.FixedBytesType or AbiType.BytesType
            ? new AbiValue.Blob(HexBytes.CopyOf(System.Text.Encoding.UTF8.GetBytes(json.GetString()!)))
            : AbiJson.Read(type, json);
}
