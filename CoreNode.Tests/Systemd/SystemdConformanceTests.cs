using CoreNode.Tests.Units.Manager;

namespace CoreNode.Tests.Systemd;

/// <summary>systemd passes the suite of unit managers over the message bus.</summary>
[TestFixture, Category("Conformance"), Category("Native")]
internal sealed class SystemdLifecycleTests : LifecycleConformance
{
    protected override ManagedMachine CreateMachine() => new SystemdMachine();
}

/// <inheritdoc cref="SystemdLifecycleTests"/>
[TestFixture, Category("Conformance"), Category("Native")]
internal sealed class SystemdServiceTypeTests : ServiceTypeConformance
{
    protected override ManagedMachine CreateMachine() => new SystemdMachine();
}

/// <inheritdoc cref="SystemdLifecycleTests"/>
[TestFixture, Category("Conformance"), Category("Native")]
internal sealed class SystemdStoppingTests : StoppingConformance
{
    protected override ManagedMachine CreateMachine() => new SystemdMachine();
}

/// <inheritdoc cref="SystemdLifecycleTests"/>
[TestFixture, Category("Conformance"), Category("Native")]
internal sealed class SystemdSettingsTests : SettingsConformance
{
    protected override ManagedMachine CreateMachine() => new SystemdMachine();
}

/// <summary>systemd passes what matters to a connection over PID 1's private socket, too.</summary>
[TestFixture, Category("Conformance"), Category("Native")]
internal sealed class SystemdConformanceTests : LifecycleConformance
{
    protected override ManagedMachine CreateMachine() => new SystemdMachine(isPrivate: true);
}
