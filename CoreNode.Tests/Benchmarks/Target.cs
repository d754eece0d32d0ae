using System.Globalization;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What a figure should reach.</summary>
internal abstract record Target
{
    private Target()
    {
    }

    /// <summary>Shown for what it tells beside another figure.</summary>
    public static Target None { get; } = new Shown();

    /// <summary>Whether it is met; null where there is nothing to meet.</summary>
    public abstract bool? IsMet(Figure figure);

    /// <summary>At most this share of etcd's figure in the same run.</summary>
    internal sealed record Share(double Most) : Target
    {
        public override bool? IsMet(Figure figure) => figure.Ratio <= Most;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Most} × etcd");
    }

    /// <summary>More than etcd's figure in every pass.</summary>
    internal sealed record Ahead : Target
    {
        public override bool? IsMet(Figure figure) => figure.Passes.All(p => p.Node > p.Etcd);

        public override string ToString() => "ahead in every pass";
    }

    /// <summary>At most this, whatever etcd needs.</summary>
    internal sealed record AtMost(double Most) : Target
    {
        public override bool? IsMet(Figure figure) => figure.Node <= Most;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Most}");
    }

    /// <summary>At least so many times etcd's figure in the same run.</summary>
    internal sealed record Times(double Least) : Target
    {
        public override bool? IsMet(Figure figure) => figure.Ratio >= Least;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≥ {Least} × etcd");
    }

    /// <summary>At most this, and less than etcd's figure in the same run.</summary>
    internal sealed record AtMostAndBelow(double Most) : Target
    {
        public override bool? IsMet(Figure figure) => figure.Node <= Most && figure.Node < figure.Etcd;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Most}, below etcd");
    }

    /// <summary>At least this, whatever etcd does.</summary>
    internal sealed record AtLeast(double Least) : Target
    {
        public override bool? IsMet(Figure figure) => figure.Node >= Least;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≥ {Least}");
    }

    private sealed record Shown : Target
    {
        public override bool? IsMet(Figure figure) => null;

        public override string ToString() => "";
    }
}
