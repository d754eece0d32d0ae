using CoreNode.Tests.Units.Manager;

namespace CoreNode.Tests.Runner;

/// <summary>The embedded runner passes the suite of unit managers, with control groups.</summary>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerConformanceTests : LifecycleConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: true);
}

/// <inheritdoc cref="RunnerConformanceTests"/>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerServiceTypeTests : ServiceTypeConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: true);
}

/// <inheritdoc cref="RunnerConformanceTests"/>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerStoppingTests : StoppingConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: true);
}

/// <inheritdoc cref="RunnerConformanceTests"/>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerSettingsTests : SettingsConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: true);
}

/// <summary>The same without control groups, as in a container that gives none.</summary>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerWithoutGroupsTests : LifecycleConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: false);
}

/// <inheritdoc cref="RunnerWithoutGroupsTests"/>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerStoppingWithoutGroupsTests : StoppingConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: false);
}

/// <inheritdoc cref="RunnerWithoutGroupsTests"/>
[TestFixture, Category("Conformance"), NonParallelizable]
internal sealed class RunnerServiceTypeWithoutGroupsTests : ServiceTypeConformance
{
    protected override ManagedMachine CreateMachine() => new RunnerMachine(usesControlGroups: false);
}
