namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>What a virtual machine is made of.</summary>
internal sealed record VmShape
{
    /// <summary>For kernels on a machine so busy that a timer of theirs seems to be broken.</summary>
    public const string SlowMachine = "no_timer_check";

    /// <summary>Names its files in the folder; two at a time need two names.</summary>
    public string Name { get; init; } = "vm";

    /// <summary>
    /// A kernel that is started without firmware; null to start from the disks as a real machine does.
    /// </summary>
    public string? Kernel { get; init; }

    /// <summary>The archive that goes with it.</summary>
    public string? Archive { get; init; }

    /// <summary>What that kernel is told.</summary>
    public string CommandLine { get; init; } = $"console=ttyS0 panic=10 {SlowMachine}";

    /// <summary>Raw images, which become /dev/vda and so on.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>
    /// "unsafe" ignores what the machine syncs, "none" and "writethrough" do not; a power cut of QEMU alone loses
    /// nothing in any of them.
    /// </summary>
    public string Cache { get; init; } = "unsafe";

    /// <summary>Memory in MiB.</summary>
    public int MemoryMb { get; init; } = 512;

    /// <summary>Processors; one is the fastest without hardware help.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>
    /// True if its clock counts its instructions, one a nanosecond: its times are the same however busy the machine
    /// below is. For one processor.
    /// </summary>
    public bool IsCounted { get; init; }

    /// <summary>The kind of processor.</summary>
    public string Processor { get; init; } = "Nehalem";

    /// <summary>The kind of machine: "pc" or "q35".</summary>
    public string Machine { get; init; } = "q35";

    /// <summary>True if it goes on after a restart, false if that ends it.</summary>
    public bool IsRestarting { get; init; }

    /// <summary>Further arguments of QEMU, such as firmware and networks; without any there is no network.</summary>
    public IReadOnlyList<string> More { get; init; } = [];
}
