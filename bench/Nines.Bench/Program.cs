using Nines.Bench;

try
{
    if (BenchOptions.Read(args) is not { } options) return 2;
    if (options.Name == "list")
    {
        foreach (var bench in Benchmarks.All) Console.WriteLine($"{bench.Name,-10} {bench.About}");
        return 0;
    }
    Talk.SayWhenBusy();
    var report = await Benchmarks.All.First(bench => bench.Name == options.Name).RunAsync(options);
    if (options.IsJson) Console.WriteLine(report.ToJson());
    else ReportTable.Write(report, Console.Out);
    return report.IsMet ? 0 : 1;
}
catch (MissingException missing)
{
    Talk.Say(missing.Message);
    return 4;
}
catch (Exception error)
{
    Console.Error.WriteLine(error);
    return 5;
}
