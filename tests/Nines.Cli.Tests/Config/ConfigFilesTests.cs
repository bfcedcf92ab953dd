using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nines.Cli.Config;
using Nines.Probing.Tls;

namespace Nines.Cli.Tests.Config;

/// <summary>A config in several files, and in what is no file.</summary>
public sealed class ConfigFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-files-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static ConfigReading Load(string path) => new ConfigLoader(Loading.Surroundings).Load(path);

    private static LoadedConfig Loaded(string path) => Assert.IsType<ConfigReading.Loaded>(Load(path)).Config;

    private string[] Mistakes(string path) =>
        [.. Assert.IsType<ConfigReading.Refused>(Load(path)).Mistakes.Select(mistake => mistake.ToString().Replace(folder + "/", "", StringComparison.Ordinal))];

    private static string Shop(string name) => $"components:\n  - {{name: {name}, kind: dapp, probes: [{{http: 'https://{name}.example/'}}]}}\n";

    [Fact]
    public void The_files_of_a_folder_are_joined_in_the_order_of_their_names()
    {
        Write("d/20-more.yml", Shop("c") + "defaults: {timeout: 2s}\ncontrol: {names: [b.example]}\n");
        Write("d/10-shops.yaml", Shop("a") + "policy: lenient\ndefaults: {every: 20s}\ncontrol: {names: [a.example]}\n");
        Write("d/15-empty.yaml", "# nothing yet\n");
        Write("d/.hidden.yaml", "no: config");
        Write("d/notes.txt", "no: config");
        var config = Loaded(Path.Combine(folder, "d"));
        Assert.Equal(["a", "c"], config.Topology.Components.Select(component => component.Id.Value));
        Assert.Equal(("lenient", "20s 2s"), (config.Policy, $"{config.Topology.Components[0].Probes[0].Every.TotalSeconds}s {config.Topology.Components[0].Probes[0].Timeout.TotalSeconds}s"));
        Assert.Equal(["a.example", "b.example"], config.Control.Names);
    }

    [Fact]
    public void A_file_takes_the_folder_of_its_name_along_and_is_not_needed_beside_it()
    {
        var file = Write("nines.yaml", Shop("a") + "data: here\n");
        Write("nines.d/more.yaml", Shop("b"));
        Write("other.d/more.yaml", Shop("c"));
        Assert.Equal(["a", "b"], Loaded(file).Topology.Components.Select(component => component.Id.Value));
        Assert.Equal(Path.Combine(folder, "here"), Loaded(file).DataFolder);
        File.Delete(file);
        Assert.Equal(["b"], Loaded(file).Topology.Components.Select(component => component.Id.Value));
    }

    private static string Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return root.ExportCertificatePem();
    }

    [Fact]
    public void A_file_of_roots_is_looked_for_beside_the_config_and_a_renewed_one_makes_another_probe()
    {
        var roots = Write("certs/ca.pem", Root("one"));
        var file = Write("nines.yaml", "components: [{name: a, kind: dapp, probes: [{tls: 'a.example:443', ca_file: certs/ca.pem}]}, {name: b, kind: dapp, probes: [{tcp: 'b.example:443'}]}]\n");
        LoadedConfig Now() => Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(new ConfigSurroundings()).Load(file)).Config;
        var before = Now();
        Assert.Equal(roots, Assert.IsType<TlsOptions>(before.Topology.Components[0].Probes[0].Options).CaFile);
        Assert.Contains("\"ca_file\":\"ca.pem\"", before.Json, StringComparison.Ordinal);
        Assert.DoesNotContain(folder, before.Json, StringComparison.Ordinal);
        Assert.Equal(2, ConfigChange.Between(before, Now()).KeptProbes.Count);

        File.WriteAllText(roots, Root("two"));
        Assert.Equal(["b/tcp"], ConfigChange.Between(before, Now()).KeptProbes.Select(probe => probe.ToString()));
    }

    [Fact]
    public void A_file_of_roots_that_is_not_there_is_a_mistake_at_its_place()
    {
        var file = Write("nines.yaml", "components: [{name: a, kind: dapp, probes: [{tls: 'a.example:443', ca_file: none.pem}]}]\n");
        var mistake = Assert.Single(Assert.IsType<ConfigReading.Refused>(new ConfigLoader(new ConfigSurroundings()).Load(file)).Mistakes);
        Assert.Contains(Path.Combine(folder, "none.pem"), mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_given_twice_is_a_mistake_that_names_both_places()
    {
        Write("d/a.yaml", Shop("shop") + "policy: strict\ndefaults:\n  every: 20s\n");
        Write("d/b.yaml", "policy: strict\ndefaults:\n  every: 30s\n" + Shop("shop") + "components: []\n");
        Assert.Equal(
        [
            $"d/b.yaml:1:1 policy: This key is in two files: first in {folder}/d/a.yaml:3. Only lists are joined; keep one.".Replace(folder + "/", "", StringComparison.Ordinal),
            "d/b.yaml:3:3 defaults.every: This key is in two files: first in d/a.yaml:5. Only lists are joined; keep one.",
            "d/b.yaml:5:12 components[1].name: There is another component 'shop', in d/a.yaml:2. Names are unique.",
            "d/b.yaml:6:1 components: This key is there twice: first in line 4. Keep one.",
        ], Mistakes(Path.Combine(folder, "d")));
    }

    [Fact]
    public void Every_mistake_is_told_with_the_file_in_which_it_is()
    {
        Write("d/a.yaml", "components:\n  - {name: a, kind: dapp, probes: [{http: 'https://a.example/', evry: 1s}]}\n");
        Write("d/b.yaml", "components:\n  - {name: b, kind: dapp, needs: nobody}\n");
        Write("d/c.yaml", "- a list\n");
        Assert.Equal(["d/a.yaml:2:65", "d/b.yaml:2:34", "d/c.yaml:1:1"], Mistakes(Path.Combine(folder, "d")).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Paths_are_relative_to_the_file_that_names_them()
    {
        Write("nines.d/secret", "https://hooks.example/abc");
        Write("nines.d/notify.yaml", "notify: [{slack_file: secret}]\ndata: records\n");
        var config = Loaded(Write("nines.yaml", Shop("a")));
        Assert.Equal("https://hooks.example/abc", Assert.Single(config.Notifiers).Url.ToString());
        Assert.Equal(Path.Combine(folder, "nines.d", "records"), config.DataFolder);
    }

    [Fact]
    public void A_folder_without_a_config_is_no_config()
    {
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        Assert.Contains("holds no file that ends in .yaml", Assert.Single(Mistakes(Path.Combine(folder, "empty"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are made with mkfifo");
        var pipe = Path.Combine(folder, "pipe");
        using (var made = Process.Start("mkfifo", [pipe])) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var writing = Task.Run(async () =>
        {
            await using var end = new FileStream(pipe, FileMode.Open, FileAccess.Write);
            foreach (var half in Shop("a").Chunk(30))
            {
                await end.WriteAsync(System.Text.Encoding.UTF8.GetBytes(half));
                await end.FlushAsync();
            }
        }, TestContext.Current.CancellationToken);
        Assert.Equal("a", Assert.Single(Loaded(pipe).Topology.Components).Id.Value);
        await writing;
    }
}
