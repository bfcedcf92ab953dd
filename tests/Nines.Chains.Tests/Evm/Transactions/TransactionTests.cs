using System.Globalization;
using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Signing;
using Nines.Chains.Evm.Transactions;

namespace Nines.Chains.Tests.Evm.Transactions;

public sealed class TransactionTests
{
    private const string KeyDigits = "4646464646464646464646464646464646464646464646464646464646464646";

    private static readonly PrivateKey Key = PrivateKey.Parse("0x" + KeyDigits);

    private static readonly Address Somebody = Address.Parse("0x3535353535353535353535353535353535353535");

    private static readonly SignedTransaction[] OneOfEachType =
    [
        Legacy.Sign(Key),
        (Legacy with { Chain = null }).Sign(Key),
        new Transaction.WithAccessList
        {
            Chain = new ChainId(1), Nonce = 3, GasPrice = new Wei(7), GasLimit = new Gas(50_000), To = null, Data = HexBytes.CopyOf([1, 0, 2]),
            AccessList = [new AccessListEntry(Somebody, [Keccak256.Hash([1]), Keccak256.Hash([2])]), new AccessListEntry(Somebody, [])],
        }.Sign(Key),
        DynamicFee.Sign(Key),
        new Transaction.Blob
        {
            Chain = new ChainId(1), Nonce = 5, MaxPriorityFeePerGas = new Wei(1), MaxFeePerGas = new Wei(9), GasLimit = new Gas(21_000), To = Somebody,
            MaxFeePerBlobGas = new Wei(11), BlobHashes = [Keccak256.Hash([3]), Keccak256.Hash([4])],
        }.Sign(Key),
        new Transaction.SetCode
        {
            Chain = new ChainId(1), Nonce = 6, MaxPriorityFeePerGas = new Wei(1), MaxFeePerGas = new Wei(9), GasLimit = new Gas(100_000), To = Somebody,
            Authorizations = [CodeAuthorization.Sign(Key, new ChainId(1), Somebody, 7)],
        }.Sign(Key),
    ];

    private static Transaction.Legacy Legacy => new()
    {
        Nonce = 9, GasPrice = new Wei(20_000_000_000), GasLimit = new Gas(21_000), To = Somebody,
        Value = new Wei(BigInteger.Pow(10, 18)), Chain = new ChainId(1),
    };

    private static Transaction.DynamicFee DynamicFee => new()
    {
        Chain = new ChainId(ulong.MaxValue), Nonce = 4, MaxPriorityFeePerGas = new Wei(1), MaxFeePerGas = new Wei(9),
        GasLimit = new Gas(21_000), To = Somebody, Value = new Wei((BigInteger.One << 200) + 1),
    };

    [Fact]
    public void The_example_of_EIP_155_is_signed_as_published()
    {
        Assert.Equal("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", Legacy.SigningHash().ToString());
        Assert.Equal(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d"
            + "3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Legacy.Sign(Key).Encode().ToString());
        Assert.Equal("0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F", Key.Address.ToString());
    }

    [Fact]
    public void Every_type_decodes_to_what_was_encoded_and_to_the_account_that_signed() =>
        Assert.All(OneOfEachType, signed =>
        {
            var decoded = Decoded(signed.Encode());
            Assert.Equal(signed, decoded);
            Assert.Equal(signed.Body, decoded.Body);
            Assert.Equal(signed.Signature, decoded.Signature);
            Assert.Equal(Key.Address, decoded.Sender());
        });

    [Fact]
    public void An_authorization_names_the_account_that_gave_it()
    {
        var given = ((Transaction.SetCode)OneOfEachType[^1].Body).Authorizations[0];
        Assert.Equal(Key.Address, given.Authority());
        Assert.NotEqual(Key.Address, (given with { Nonce = 8 }).Authority());
        Assert.Null((given with { YParity = 2 }).Authority());
        Assert.Null((given with { S = Secp256k1.Order - given.S }).Authority());
    }

    [Fact]
    public void Mutated_transactions_are_refused_or_are_the_one_encoding_of_what_they_decode_to()
    {
        byte[][] seeds = [.. OneOfEachType.Select(t => t.Encode().Span.ToArray())];
        Prop.ForAll(
            Mutations.Of(seeds),
            bytes => TransactionDecoder.Decode(bytes) is not TransactionDecoding.Decoded decoded
                || decoded.Transaction.Encode().Span.SequenceEqual(bytes)).Check(Mutations.Many);
    }

    [Fact]
    public void A_changed_transaction_is_another_accounts()
    {
        var signed = DynamicFee.Sign(Key);
        var changed = new SignedTransaction(DynamicFee with { Value = new Wei(2) }, signed.Signature);
        Assert.NotEqual(Key.Address, changed.Sender());
        Assert.NotEqual(signed, changed);
    }

    [Theory]
    [InlineData("0x", TransactionFault.NotRlp)]
    [InlineData("0x01", TransactionFault.NotRlp)]
    [InlineData("0x05c0", TransactionFault.UnknownType)]
    [InlineData("0x7ec0", TransactionFault.UnknownType)]
    [InlineData("0x00c0", TransactionFault.UnknownType)]
    [InlineData("0xc0", TransactionFault.WrongFieldCount)]
    [InlineData("0x02c3010203", TransactionFault.WrongFieldCount)]
    [InlineData("0xc9808080808080800101", TransactionFault.WrongSignature)]
    [InlineData("0xc98080808080801b8080c0", TransactionFault.NotRlp)]
    [InlineData("0xc98080808080801bc001", TransactionFault.WrongField)]
    [InlineData("0xc90080808080801b0101", TransactionFault.WrongField)]
    public void A_refusal_names_the_rule_that_is_broken(string data, TransactionFault fault)
    {
        var refused = Assert.IsType<TransactionDecoding.Refused>(TransactionDecoder.Decode(HexBytes.Parse(data).Span));
        Assert.Equal(fault, refused.Fault);
        Assert.NotEmpty(refused.Why);
    }

    [Fact]
    public void A_fork_refuses_what_breaks_its_own_rules()
    {
        var chain = new ChainId(1);
        Assert.Equal(TransactionRefusal.TypeNotYetKnown, TransactionRules.Check(DynamicFee.Sign(Key), Hardfork.Berlin, null));
        Assert.Equal(TransactionRefusal.WrongChain, TransactionRules.Check(DynamicFee.Sign(Key), Hardfork.Prague, chain));
        Assert.Equal(TransactionRefusal.WrongChain, TransactionRules.Check(Legacy.Sign(Key), Hardfork.Homestead, chain));
        Assert.Null(TransactionRules.Check(Legacy.Sign(Key), Hardfork.Prague, chain));
        Assert.All(OneOfEachType.Skip(4), t => Assert.Null(TransactionRules.Check(t, Hardfork.Prague, chain)));
        var tip = DynamicFee with { Chain = chain, MaxPriorityFeePerGas = new Wei(10) };
        Assert.Equal(TransactionRefusal.PriorityAboveFeeLimit, TransactionRules.Check(tip.Sign(Key), Hardfork.Prague, chain));
        var floor = Legacy with { Data = HexBytes.CopyOf(new byte[100]), GasLimit = new Gas(21_999) };
        Assert.Null(TransactionRules.Check(floor.Sign(Key), Hardfork.Cancun, chain));
        Assert.Equal(TransactionRefusal.GasTooLow, TransactionRules.Check(floor.Sign(Key), Hardfork.Prague, chain));
    }

    [Fact]
    public void A_private_key_is_shown_by_nothing()
    {
        Assert.DoesNotContain("46", Key.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(KeyDigits, JsonSerializer.Serialize(Key), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(KeyDigits[..20], string.Create(CultureInfo.InvariantCulture, $"{Key}"), StringComparison.Ordinal);
        var refused = Assert.Throws<FormatException>(() => PrivateKey.Parse(KeyDigits + "4"));
        Assert.DoesNotContain("4646", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("46")]
    [InlineData("")]
    public void What_is_no_private_key_is_refused(string text) => Assert.False(PrivateKey.TryParse(text, out _));

    [Fact]
    public void The_highest_private_key_signs()
    {
        var key = PrivateKey.Parse(" fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140\n");
        Assert.Equal(key.Address, DynamicFee.Sign(key).Sender());
        Assert.True(DynamicFee.Sign(key).Signature.HasLowS);
    }

    private static SignedTransaction Decoded(HexBytes encoded) =>
        Assert.IsType<TransactionDecoding.Decoded>(TransactionDecoder.Decode(encoded.Span)).Transaction;
}
