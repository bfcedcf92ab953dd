using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Signing;
using Nines.Chains.Evm.Transactions;

namespace Nines.Chains.Tests.Evm.Transactions;

/// <summary>The transaction vectors of Ethereum and of ethers.</summary>
public sealed class TransactionVectorTests
{
    private static readonly Dictionary<string, Hardfork> Forks = new()
    {
        ["Frontier"] = Hardfork.Frontier,
        ["Homestead"] = Hardfork.Homestead,
        ["EIP150"] = Hardfork.TangerineWhistle,
        ["EIP158"] = Hardfork.SpuriousDragon,
        ["Byzantium"] = Hardfork.Byzantium,
        ["Constantinople"] = Hardfork.Constantinople,
        ["ConstantinopleFix"] = Hardfork.Constantinople,
        ["Istanbul"] = Hardfork.Istanbul,
        ["Berlin"] = Hardfork.Berlin,
        ["London"] = Hardfork.London,
        ["Paris"] = Hardfork.Paris,
        ["Shanghai"] = Hardfork.Shanghai,
        ["Cancun"] = Hardfork.Cancun,
        ["Prague"] = Hardfork.Prague,
    };

    [Fact]
    public void Every_transaction_vector_of_the_Ethereum_tests_is_taken_or_refused_at_every_fork_as_it_says()
    {
        var cases = 0;
        foreach (var (file, content) in SharedData.JsonFiles("evm", "ethereum-tests", "TransactionTests"))
        {
            foreach (var vector in content.RootElement.EnumerateObject())
            {
                var decoding = DecodeHex(vector.Value.GetProperty("txbytes").GetString()!);
                foreach (var result in vector.Value.GetProperty("result").EnumerateObject())
                {
                    AssertAsExpected($"{file} {result.Name}", decoding, Forks[result.Name], result.Value);
                    cases++;
                }
            }
        }

        Assert.True(cases > 1_000, $"only {cases} cases were found");
    }

    [Fact]
    public void Signing_gives_the_bytes_and_signature_of_every_vector_of_ethers_and_recovery_the_account_again()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "transactions.json.gz");

        // signing all 3,200 in all their forms takes 6 s: an even share of them
        Assert.All(vectors.RootElement.EnumerateArray().Where((_, i) => i % 7 == 0), v =>
        {
            var key = PrivateKey.Parse(v.GetProperty("privateKey").GetString());
            foreach (var (form, transaction) in FormsOf(v))
            {
                Assert.Equal(v.GetProperty("unsigned" + form).GetString(), transaction.SigningPayload().ToString());
                var signed = transaction.Sign(key);
                Assert.Equal(v.GetProperty("signed" + form).GetString(), signed.Encode().ToString());
                Assert.Equal(Word(v.GetProperty("signature" + form).GetProperty("r")), signed.Signature.R);
                Assert.Equal(key.Address, signed.Sender());
            }
        });
    }

    [Fact]
    public void Every_signed_transaction_of_ethers_decodes_and_encodes_to_the_same_bytes()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "transactions.json.gz");
        Assert.All(vectors.RootElement.EnumerateArray(), v =>
        {
            foreach (var (form, transaction) in FormsOf(v))
            {
                var encoded = v.GetProperty("signed" + form).GetString()!;
                var decoded = Assert.IsType<TransactionDecoding.Decoded>(DecodeHex(encoded)).Transaction;
                Assert.Equal(transaction, decoded.Body);
                Assert.Equal(encoded, decoded.Encode().ToString());
            }
        });
    }

    [Fact]
    public void A_key_gives_the_address_of_every_vector_of_ethers()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "accounts.json.gz");
        Assert.All(vectors.RootElement.EnumerateArray(), v =>
            Assert.Equal(v.GetProperty("address").GetString(), PrivateKey.Parse(v.GetProperty("privateKey").GetString()).Address.ToString()));
    }

    [Fact]
    public void A_key_gives_the_address_of_every_vector_of_the_Ethereum_tests()
    {
        using var vectors = SharedData.Json("evm", "ethereum-tests", "BasicTests", "keyaddrtest.json");
        Assert.All(vectors.RootElement.EnumerateArray(), v => Assert.Equal(
            Address.Parse("0x" + v.GetProperty("addr").GetString()), PrivateKey.Parse(v.GetProperty("key").GetString()).Address));
    }

    private static void AssertAsExpected(string name, TransactionDecoding decoding, Hardfork fork, JsonElement expected)
    {
        var isValid = expected.TryGetProperty("hash", out var hash);
        if (decoding is not TransactionDecoding.Decoded { Transaction: var transaction })
        {
            Assert.False(isValid, $"{name}: {decoding}");
            return;
        }

        var refusal = TransactionRules.Check(transaction, fork, new ChainId(1));
        Assert.True(isValid == refusal is null, $"{name}: refused for {refusal}, expected {expected}");
        if (isValid)
        {
            Assert.Equal(hash.GetString(), transaction.Hash.ToString());
            Assert.Equal(expected.GetProperty("sender").GetString(), transaction.Sender().ToString(), ignoreCase: true);
            Assert.Equal(Word(expected.GetProperty("intrinsicGas")), TransactionRules.IntrinsicGas(transaction.Body, fork));
        }
    }

    private static TransactionDecoding DecodeHex(string hex) =>
        TransactionDecoder.Decode(HexBytes.Parse(hex.StartsWith("0x", StringComparison.Ordinal) ? hex : "0x" + hex).Span);

    /// <summary>A form that the vector's fields do not allow is left empty in it.</summary>
    private static IEnumerable<(string Form, Transaction Transaction)> FormsOf(JsonElement vector) =>
        AllFormsOf(vector.GetProperty("transaction")).Where(f => vector.GetProperty("signed" + f.Form).GetString()!.Length > 0);

    private static IEnumerable<(string Form, Transaction Transaction)> AllFormsOf(JsonElement t)
    {
        Address? to = t.TryGetProperty("to", out var text) && text.ValueKind == JsonValueKind.String ? Address.Parse(text.GetString()) : null;
        var (nonce, gas) = (t.TryGetProperty("nonce", out var n) ? n.GetUInt64() : 0, new Gas((ulong)Number(t, "gasLimit")));
        var (value, data) = (new Wei(Number(t, "value")), t.TryGetProperty("data", out var d) ? HexBytes.Parse(d.GetString()) : HexBytes.Empty);
        var chain = new ChainId((ulong)Number(t, "chainId"));
        var (price, tip, limit) = (new Wei(Number(t, "gasPrice")), new Wei(Number(t, "maxPriorityFeePerGas")), new Wei(Number(t, "maxFeePerGas")));
        var access = AccessListOf(t);

        yield return ("Legacy", new Transaction.Legacy
        {
            Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data, GasPrice = price, Chain = null,
        });
        yield return ("Eip155", new Transaction.Legacy
        {
            Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data, GasPrice = price, Chain = chain,
        });
        yield return ("Berlin", new Transaction.WithAccessList
        {
            Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data, GasPrice = price, Chain = chain, AccessList = access,
        });
        yield return ("London", new Transaction.DynamicFee
        {
            Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data, Chain = chain, AccessList = access,
            MaxPriorityFeePerGas = tip, MaxFeePerGas = limit,
        });
        if (to is not null)
        {
            yield return ("Cancun", new Transaction.Blob
            {
                Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data, Chain = chain, AccessList = access,
                MaxPriorityFeePerGas = tip, MaxFeePerGas = limit, MaxFeePerBlobGas = new Wei(Number(t, "maxFeePerBlobGas")),
                BlobHashes = t.TryGetProperty("blobVersionedHashes", out var hashes)
                    ? [.. hashes.EnumerateArray().Select(h => Hash32.Parse(h.GetString()))]
                    : [],
            });
        }
    }

    private static ImmutableArray<AccessListEntry> AccessListOf(JsonElement t) => t.TryGetProperty("accessList", out var list)
        ? [.. list.EnumerateArray().Select(e => new AccessListEntry(
            Address.Parse(e.GetProperty("address").GetString()),
            [.. e.GetProperty("storageKeys").EnumerateArray().Select(k => Hash32.Parse(k.GetString()))]))]
        : [];

    private static BigInteger Number(JsonElement owner, string name) =>
        !owner.TryGetProperty(name, out var json) ? 0 : json.ValueKind == JsonValueKind.Number ? json.GetUInt64() : Word(json);

    private static BigInteger Word(JsonElement json)
    {
        Assert.True(Quantity.TryRead(json.GetString(), out BigInteger value), json.GetRawText());
        return value;
    }
}
