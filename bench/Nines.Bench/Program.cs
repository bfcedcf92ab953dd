using Nines.Bench;
Console.WriteLine(JudgingBench.Run(true).ToJson());
