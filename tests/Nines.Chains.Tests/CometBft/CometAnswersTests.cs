using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.CometBft;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Chains.Tests.CometBft;

public sealed class CometAnswersTests
{
    private const string Address = "5D6A51A8E9899C44079C6AF90618BA0369070E6E";

    /// <summary>The same bytes, by the reference code of BIP-173.</summary>
    private const string Bech32 = "cosmosvalcons1t449r28f3xwygpuudtusvx96qd5swrnwk3ft4a";

    private const string Status = """
        {"jsonrpc":"2.0","id":-1,"result":{"node_info":{"protocol_version":{"p2p":"8","block":"11","app":"0"},"id":"93529da3435c090d02251a050342b6a488d4ab56",
        "listen_addr":"tcp://0.0.0.0:26656","network":"cosmoshub-4","version":"0.38.12","channels":"40202122233038606100","moniker":"fullnode"},
        "sync_info":{"latest_block_hash":"790BA84C3545FCCC49A5C629CEE6EA58A6E875C3862175BDC11EE7AF54703501","latest_app_hash":"C9AEBB441B787D9F1D846DE51F3826F4FD386108B59B08239653ABF59455C3F8",
        "latest_block_height":"9007199254740993","latest_block_time":"2019-08-01T11:52:22.818762194Z","earliest_block_height":"1","catching_up":false},
        "validator_info":{"address":"5D6A51A8E9899C44079C6AF90618BA0369070E6E","pub_key":{"type":"tendermint/PubKeyEd25519","value":"A6DoBUypNtUAyEHWtQ9bFjfNg8Bo9CrnkUGl6k6OHN4="},"voting_power":"0"}}}
        """;

    private const string Commit = """
        {"jsonrpc":"2.0","id":-1,"result":{"signed_header":{"header":{"version":{"block":"10","app":"0"},"chain_id":"cosmoshub-2","height":"12","time":"2019-04-22T17:01:51.701356223Z",
        "last_block_id":{"hash":"112BC173FD838FB68EB43476816CD7B4C6661B6884A9E357B417EE957E1CF8F7","parts":{"total":1,"hash":"38D4B26B5B725C4F13571EFE022C030390E4C33C8CF6F88EDD142EA769642DBD"}},
        "last_commit_hash":"21B9BC845AD2CB2C4193CDD17BFC506F1EBE5A7402E84AD96E64171287A34812","validators_hash":"D658BFD100CA8025CFD3BECFE86194322731D387286FBD26E059115FD5F2BCA0",
        "proposer_address":"991360A9DAC5FC6A8A6D3F4A9D5A4B1C5F7B3A1D"},"commit":{"height":"12","round":1,"block_id":{"hash":"112BC173FD838FB68EB43476816CD7B4C6661B6884A9E357B417EE957E1CF8F7","parts":{"total":1,"hash":"00"}},
        "signatures":[{"block_id_flag":2,"validator_address":"000001E443FD237E4B616E2FA69DF4EE3D49A94F","timestamp":"2019-04-22T17:01:58.376629719Z","signature":"14jaTQXYRt8kbLKEhdHq7AXycrFImiLuZx50uOjs2+Zv+2i7RTG/jnObD07Jo2ubZ8xd7bNBJMqkgtkd0oQHAw=="},
        {"block_id_flag":1,"validator_address":"","timestamp":"0001-01-01T00:00:00Z","signature":null},
        {"block_id_flag":3,"validator_address":"000002E443FD237E4B616E2FA69DF4EE3D49A94F","timestamp":"2019-04-22T17:01:58.376629719Z","signature":"AA=="}]}},"canonical":true}}
        """;

    private const string Validators = """
        {"jsonrpc":"2.0","id":-1,"result":{"block_height":"55","validators":[{"address":"000001E443FD237E4B616E2FA69DF4EE3D49A94F",
        "pub_key":{"type":"tendermint/PubKeyEd25519","value":"9tK9IT+FPdf2qm+5c2qaxi10sWP+3erWTKgftn2PaQM="},"voting_power":"9223372036854775807","proposer_priority":"-13769415"}],"count":"1","total":"25"}}
        """;

    private const string NetInfo = """{"jsonrpc":"2.0","id":-1,"result":{"listening":true,"listeners":["Listener(@)"],"n_peers":"3","peers":[]}}""";

    private const string AbciInfo = """{"jsonrpc":"2.0","id":-1,"result":{"response":{"data":"GaiaApp","version":"18.1.0","app_version":"1","last_block_height":"12","last_block_app_hash":"AAAA"}}}""";

    private const string Signing = """
        {"val_signing_info":{"address":"cosmosvalcons1abc","start_height":"0","index_offset":"2872","jailed_until":"1970-01-01T00:00:00Z","tombstoned":false,"missed_blocks_counter":"17"}}
        """;

    private const string Slashing = """
        {"params":{"signed_blocks_window":"10000","min_signed_per_window":"0.050000000000000000","downtime_jail_duration":"600s","slash_fraction_double_sign":"0.05"}}
        """;

    private const string Error = """{"jsonrpc":"2.0","id":-1,"error":{"code":-32603,"message":"Internal error","data":"height 99 must be less than or equal to the current blockchain height 12"}}""";

    private const string RestError = """{"code":5,"message":"rpc error: code = NotFound desc = SigningInfo not found","details":[]}""";

    [Fact]
    public void The_documented_answers_are_read_with_and_without_their_envelope()
    {
        var status = Value(CometAnswers.Status, Status);
        Assert.Equal(("cosmoshub-4", 9_007_199_254_740_993ul, false), (status.ChainId, status.Height, status.CatchingUp));
        Assert.Equal(Instant.FromUtc(2019, 8, 1, 11, 52, 22).PlusNanoseconds(818_762_194), status.Time);
        Assert.Equal(3ul, Value(CometAnswers.Peers, NetInfo));
        Assert.Equal(new AppInfo("GaiaApp", "18.1.0", 12), Value(CometAnswers.App, AbciInfo));
        var page = Value(CometAnswers.Validators, Validators);
        Assert.Equal((55ul, 25ul, (System.Numerics.BigInteger)long.MaxValue), (page.Height, page.Total, page.Validators[0].Power));
        Assert.Equal(9_500, Value(CometAnswers.Slashing, Slashing).Jails);
        Assert.Equal(new SigningInfo(17, Instant.FromUnixTimeSeconds(0), false), Value(CometAnswers.Signing, Signing));
        var bare = Status[Status.IndexOf("{\"node_info", StringComparison.Ordinal)..].TrimEnd()[..^1];
        Assert.Equal(status, Value(CometAnswers.Status, bare));
    }

    [Fact]
    public void A_commit_says_what_each_validator_did()
    {
        var block = Value(CometAnswers.Commit, Commit);
        Assert.Equal(("cosmoshub-2", 12ul, 1ul), (block.ChainId, block.Height, block.Round));
        Assert.Equal([BlockIdFlag.Commit, BlockIdFlag.Absent, BlockIdFlag.Nil], block.Signatures.Select(signature => signature.Flag));
        Assert.StartsWith("112BC173", block.BlockHash, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_both_interfaces_and_refusals_are_told_apart()
    {
        Assert.Contains("must be less than", Assert.IsType<RpcAnswer<SignedBlock>.RpcError>(Read(CometAnswers.Commit, Error, 500)).Message, StringComparison.Ordinal);
        Assert.Equal(5, Assert.IsType<RpcAnswer<SigningInfo>.RpcError>(Read(CometAnswers.Signing, RestError, 404)).Code);
        Assert.Equal(502, Assert.IsType<RpcAnswer<ulong>.HttpRefused>(Read(CometAnswers.Peers, "<html>", 502)).Status);
        Assert.IsType<RpcAnswer<ulong>.Malformed>(CometAnswers.Read(200, null, CometAnswers.Peers));
        Assert.Contains("1, 2 or 3", Assert.IsType<RpcAnswer<SignedBlock>.Malformed>(Read(CometAnswers.Commit, Commit.Replace("\"block_id_flag\":3", "\"block_id_flag\":4", StringComparison.Ordinal))).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Address, Address, null)]
    [InlineData("5d6a51a8e9899c44079c6af90618ba0369070e6e", Address, null)]
    [InlineData(Bech32, Address, Bech32)]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", null, null)]
    [InlineData("a12uel5l", null, null)]
    [InlineData("5D6A", null, null)]
    [InlineData("", null, null)]
    public void A_consensus_address_is_twenty_bytes_in_hexadecimal_or_bech32(string text, string? hex, string? bech32)
    {
        var read = ConsensusAddress.Read(text);
        Assert.Equal((hex, bech32), (read?.Hex, read?.Bech32));
    }

    [Fact]
    public void One_wrong_character_breaks_the_checksum_of_bech32()
    {
        for (var i = Bech32.IndexOf('1', StringComparison.Ordinal) + 1; i < Bech32.Length; i++)
        {
            Assert.Null(ConsensusAddress.Read(Bech32[..i] + (Bech32[i] == 'q' ? 'p' : 'q') + Bech32[(i + 1)..]));
        }
    }

    [Fact]
    public void Mutated_answers_are_answers_or_typed_failures_and_never_crash()
    {
        byte[][] right = [.. new[] { Status, Commit, Validators, NetInfo, AbciInfo, Signing, Slashing, Error, RestError }.Select(Encoding.UTF8.GetBytes)];
        Prop.ForAll(Mutations.Of(right), body =>
        {
            foreach (var status in (int[])[200, 500])
            {
                _ = CometAnswers.Read(status, body, CometAnswers.Status);
                _ = CometAnswers.Read(status, body, CometAnswers.Commit);
                _ = CometAnswers.Read(status, body, CometAnswers.Validators);
                _ = CometAnswers.Read(status, body, CometAnswers.Peers);
                _ = CometAnswers.Read(status, body, CometAnswers.App);
                _ = CometAnswers.Read(status, body, CometAnswers.Signing);
                _ = CometAnswers.Read(status, body, CometAnswers.Slashing);
            }

            return true;
        }).Check(Mutations.Many);
    }

    private static RpcAnswer<T> Read<T>(Func<System.Text.Json.JsonElement, T> read, string body, int status = 200) => CometAnswers.Read(status, Encoding.UTF8.GetBytes(body), read);

    private static T Value<T>(Func<System.Text.Json.JsonElement, T> read, string body) => Assert.IsType<RpcAnswer<T>.Answered>(Read(read, body)).Value;
}
