using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using NodaTime;

namespace Nines.Probing.Signers;

public sealed record SignerOptions
{
    public const int MostEndpoints = 32;

    [MainOption, Required, Description("The signers' health endpoints, 1 to 32: http or https URLs. Nothing is ever asked to be signed.")]
    public required ImmutableArray<Uri> Endpoints { get; init; }

    [Range(1, SignerOptions.MostEndpoints), Description("How many of them it takes to sign (k of n). All when left out.")]
    public int? Threshold { get; init; }

    [Description("Path that answers 200 while a signer runs; off for none.")]
    public string Upcheck { get; init; } = "/upcheck";

    [Description("Path of the health report, as web3signer has it: {\"status\" or \"outcome\": \"UP\", \"checks\": […]}; off for none.")]
    public string Healthcheck { get; init; } = "/healthcheck";

    [Description("Path of the list of public keys, such as /api/v1/eth2/publicKeys. Not asked for when left out.")]
    public string? Keys { get; init; }

    [Range(0, 1_000_000), Description("Keys that each signer has to hold.")]
    public int? MinKeys { get; init; }

    [Description("Where the age of the signing queue is read.")]
    public QueueSource? Queue { get; init; }

    [Description("A hot wallet whose balance must not run out.")]
    public BalanceFloor? Balance { get; init; }

    [Secret, Description("Request headers to the signers, such as authorization.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [Secret, Description("Client certificate to show when a signer asks for one: PEM, with its issuers behind it.")]
    public string? ClientCert { get; init; }

    [Secret, Description("Private key of client_cert: PEM, not encrypted.")]
    public string? ClientKey { get; init; }
}

/// <summary>Where a signer says how old the oldest request in its queue is.</summary>
public sealed record QueueSource
{
    [Required, Description("Path and query, such as /metrics/queue.")]
    public required string Path { get; init; }

    [Required, Description("JSON path of the age in seconds, or of the moment since which the oldest waits (told apart by size); null or nothing there is an empty queue.")]
    public required string At { get; init; }

    [DurationRange("1s", "1d"), Description("An older queue is effectively down.")]
    public Duration Limit { get; init; } = Duration.FromMinutes(1);
}

/// <summary>An account on an EVM chain that pays for what is signed.</summary>
public sealed record BalanceFloor
{
    [Required, Description("JSON-RPC endpoint of the chain: an http or https URL. Keys in it are kept out of facts and logs.")]
    public required Uri Rpc { get; init; }

    [Required, Description("The account, 0x and 40 hexadecimal digits.")]
    public required string Account { get; init; }

    [Required, Description("Below so much of the chain's own coin (18 decimals) it is degraded.")]
    public required decimal Floor { get; init; }
}
