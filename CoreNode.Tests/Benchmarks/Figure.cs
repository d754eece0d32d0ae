namespace CoreNode.Tests.Benchmarks;

/// <summary>One line of the table: what both servers showed in the same passes, and what is aimed at.</summary>
internal sealed record Figure(string Name, string Unit, Target Target, IReadOnlyList<(double Etcd, double Node)> Passes)
{
    public double Etcd => Median(Passes.Select(p => p.Etcd));

    public double Node => Median(Passes.Select(p => p.Node));

    /// <summary>CoreNode's figure for each one of etcd's.</summary>
    public double Ratio => Node / Etcd;

    /// <summary>Whether the target is met; null where there is none.</summary>
    public bool? IsMet => Target.IsMet(this);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
