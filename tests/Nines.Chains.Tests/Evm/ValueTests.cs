using System.Numerics;
using System.Text;
using Nines.Chains.Evm;

namespace Nines.Chains.Tests.Evm;

public sealed class ValueTests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("Transfer(address,address,uint256)", "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    public void Keccak_256_gives_the_published_digests(string text, string digest) =>
        Assert.Equal(digest, Keccak256.Hash(Encoding.UTF8.GetBytes(text)).ToString());

    [Fact]
    public void Keccak_256_agrees_with_every_vector_of_ethers()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "hashes.json.gz");
        Assert.All(
            vectors.RootElement.EnumerateArray(),
            v => Assert.Equal(v.GetProperty("keccak256").GetString(), Keccak256.Hash(HexBytes.Parse(v.GetProperty("data").GetString()).Span).ToString()));
    }

    [Fact]
    public void Keccak_256_does_not_allocate()
    {
        var data = new byte[300];
        Keccak256.Hash(data);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Keccak256.Hash(data);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    public void An_address_prints_with_the_checksum_of_EIP_55(string text)
    {
        Assert.Equal(text, Address.Parse(text.ToLowerInvariant()).ToString());
        Assert.Equal(text, Address.Parse(text).ToString());
    }

    [Fact]
    public void Addresses_print_as_every_vector_of_ethers_says()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "accounts.json.gz");
        Assert.All(vectors.RootElement.EnumerateArray(), v =>
        {
            var text = v.GetProperty("address").GetString()!;
            Assert.Equal(text, Address.Parse(text.ToLowerInvariant()).ToString());
            Assert.Equal(text, Address.Parse(text).ToString());
        });
    }

    [Theory]
    [InlineData("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "a wrong checksum")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "no prefix")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "39 digits")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", "41 digits")]
    [InlineData("0xgaAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "a letter that is no digit")]
    [InlineData("", "nothing")]
    public void What_is_not_an_address_is_refused(string text, string why)
    {
        Assert.False(Address.TryParse(text, out _), why);
        Assert.Throws<FormatException>(() => Address.Parse(text));
    }

    [Fact]
    public void An_address_in_one_case_needs_no_checksum()
    {
        Assert.True(Address.TryParse("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", out var lower));
        Assert.True(Address.TryParse("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", out var upper));
        Assert.Equal(lower, upper);
        Assert.Equal(lower, new Address(lower.ToArray()));
        Assert.Equal(lower.GetHashCode(), upper.GetHashCode());
    }

    [Fact]
    public void A_hash_survives_bytes_and_text()
    {
        var hash = Keccak256.Hash([1, 2, 3]);
        Assert.Equal(hash, new Hash32(hash.ToArray()));
        Assert.Equal(hash, Hash32.Parse(hash.ToString()));
        Assert.False(Hash32.TryParse("0x12", out _));
        Assert.Throws<ArgumentException>(() => new Hash32(new byte[31]));
    }

    [Theory]
    [InlineData("0x0", 0ul)]
    [InlineData("0x400", 1024ul)]
    [InlineData("0x0400", 1024ul)]
    [InlineData("0xFf", 255ul)]
    [InlineData("0x20000000000001", 9007199254740993ul)]
    [InlineData("0xffffffffffffffff", ulong.MaxValue)]
    public void A_quantity_is_read_with_tolerance_and_written_strictly(string text, ulong value)
    {
        Assert.True(Quantity.TryRead(text, out ulong read));
        Assert.Equal(value, read);
        Assert.Equal("0x" + value.ToString("x"), Quantity.Write(value));
        Assert.Equal(Quantity.Write(value), Quantity.Write((BigInteger)value));
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("")]
    [InlineData("400")]
    [InlineData("0X400")]
    [InlineData("-0x1")]
    [InlineData("0x-1")]
    [InlineData("0x 1")]
    [InlineData("0x1 ")]
    [InlineData("0x10000000000000000")]
    public void What_is_not_a_quantity_of_64_bits_is_refused(string text) => Assert.False(Quantity.TryRead(text, out ulong _));

    [Fact]
    public void A_quantity_ends_at_256_bits()
    {
        var most = (BigInteger.One << 256) - 1;
        Assert.True(Quantity.TryRead(Quantity.Write(most), out BigInteger read));
        Assert.Equal(most, read);
        Assert.False(Quantity.TryRead("0x1" + new string('0', 64), out BigInteger _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantity.Write(most + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantity.Write(BigInteger.MinusOne));
    }

    [Fact]
    public void Wei_are_neither_negative_nor_above_256_bits()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Wei(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Wei(BigInteger.One << 256));
        Assert.Equal("1000000000000000000 wei", new Wei(BigInteger.Pow(10, 18)).ToString());
        Assert.True(new Wei(2) > new Wei(1));
        Assert.Equal(Wei.Zero, new Wei(0));
    }

    [Fact]
    public void A_block_is_never_a_negative_number_of_blocks_behind()
    {
        Assert.Equal(3ul, new BlockNumber(7).BlocksBehind(new BlockNumber(10)));
        Assert.Equal(0ul, new BlockNumber(10).BlocksBehind(new BlockNumber(7)));
    }

    [Fact]
    public void Bytes_are_equal_by_content()
    {
        Assert.Equal(HexBytes.Parse("0x0aFF"), HexBytes.CopyOf([10, 255]));
        Assert.Equal(HexBytes.Parse("0x0aFF").GetHashCode(), HexBytes.CopyOf([10, 255]).GetHashCode());
        Assert.True(HexBytes.Parse("0x") == HexBytes.Empty);
        Assert.False(HexBytes.TryParse("0x1", out _));
        Assert.False(HexBytes.TryParse("", out _));
        Assert.False(HexBytes.TryParse("0xzz", out _));
        Assert.Equal("0x0aff", HexBytes.CopyOf([10, 255]).ToString());
    }
}
