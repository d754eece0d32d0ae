using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Tests.Overlay;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>
/// A machine: its kernel lives until it loses its power, its process until that is killed. The service is the real one.
/// </summary>
internal sealed class OverlayMachine
{
    private readonly OverlayCluster _cluster;
    private readonly SimulatedTime _time;
    private OverlayProcess? _process;
    private OverlayService? _service;
    private SubnetEnv? _env;

    public OverlayMachine(OverlayCluster cluster, int index, IPAddress address, IPAddress addressV6)
    {
        _cluster = cluster;
        Index = index;
        Address = address;
        AddressV6 = addressV6;
        _time = new SimulatedTime(cluster.World)
        {
            Rate = 0.98 + (cluster.Chance.NextDouble() * 0.04),
            WallOffset = TimeSpan.FromMinutes(cluster.Chance.Next(-600, 600)),
        };
        Kernel = NewKernel();
    }

    public int Index { get; }

    public IPAddress Address { get; }

    public IPAddress AddressV6 { get; }

    public MemoryNetwork Kernel { get; private set; }

    /// <summary>Its process runs.</summary>
    public bool IsRunning => _process is { IsDead: false };

    /// <summary>Since when its process runs and reaches the store, the last of both.</summary>
    public long ConnectedSince { get; set; }

    /// <summary>It is gone for good.</summary>
    public bool IsLost { get; set; }

    /// <summary>It cannot reach the store.</summary>
    public bool IsCut { get; private set; }

    public long CutAt { get; private set; }

    /// <summary>The networks that it takes part in.</summary>
    public IReadOnlyList<string> Networks { get; set; } = [""];

    /// <summary>What was told of its subnet last.</summary>
    public SubnetEnv? Env => _env;

    public IReadOnlyList<OverlayStatus> AllStatus => _service!.Status;

    public OverlayStatus Status => _service!.Status[0];

    /// <summary>What it uses as its own subnet; null: none.</summary>
    public IPAddress? Subnet => Subnets is [.., var last] ? last : null;

    /// <summary>The same of all families: without a device only its process knows.</summary>
    public IReadOnlyList<IPAddress> Subnets
    {
        get
        {
            if (_cluster.Plan.Backend == "vxlan")
                return [.. Kernel.Addresses.Select(static one => one.Address.Address)];
            LeaseSubnets? leased = _service is null ? null : Status.Lease?.Subnets;
            return [.. new[] { leased?.V4, leased?.V6 }.OfType<IpPrefix>().Select(static one => one.Address)];
        }
    }

    /// <summary>It runs and has reached the store for that long.</summary>
    public bool IsConnectedFor(long nanoseconds) => IsRunning && !IsCut && _cluster.Store.IsThere
        && _cluster.World.Now - Math.Max(ConnectedSince, _cluster.Store.Since) >= nanoseconds;

    public string Name => $"machine-{Index}";

    public bool HasStrayed => _process?.Thread.IsAstray == true;

    public void Begin()
    {
        if (IsRunning || IsLost)
            return;
        OverlayProcess process = _process = new OverlayProcess(_cluster.World, _time);
        ConnectedSince = _cluster.World.Now;
        Dictionary<string, LeaseSubnets> previous = [];
        if (_env is not null)
            previous[""] = _env.Subnets;
        OverlayOptions options = new()
        {
            MachineId = Name,
            Previous = previous,
            IsMasqueraded = true,
            Networks = Networks,
        };
        MemoryNetwork kernel = Kernel;
        OverlayService service = _service = new OverlayService(
            options, new OverlayClient(_cluster, this, process), kernel, process,
            new Prng(_cluster.Chance.NextUInt64()), (name, env) =>
            {
                _cluster.Checker.Told(this, env);
                _env = name.Length > 0 ? _env : SubnetEnv.Read(env.Write());
                return "";
            },
            NullLogger<OverlayService>.Instance);
        process.Thread.Run(() => _cluster.Fault.Track(service.RunAsync(CancellationToken.None)));
    }

    /// <summary>Its process is killed: the kernel stays as it is.</summary>
    public void Kill()
    {
        if (_process is not null)
            _process.IsDead = true;
    }

    /// <summary>It loses its power.</summary>
    public void Crash()
    {
        Kill();
        _env = null;
        Kernel = NewKernel();
    }

    public void Cut(long nanoseconds)
    {
        if (IsCut)
            return;
        IsCut = true;
        CutAt = _cluster.World.Now;
        _cluster.Store.Break(this, false);
        _cluster.World.After(nanoseconds, () =>
        {
            IsCut = false;
            ConnectedSince = _cluster.World.Now;
        });
    }

    private MemoryNetwork NewKernel()
    {
        MemoryNetwork kernel = new() { KeepsChanges = false };
        kernel.Facts.Add(new InterfaceFacts(
            2, "eth0", 1500, true, [new IpPrefix(Address, 16), new IpPrefix(AddressV6, 64)], true));
        kernel.Made = change => _cluster.Checker.Made(this, change);
        return kernel;
    }
}
