namespace CoreNode.Tests.Architecture;

/// <summary>
/// Who may use whom in corenode: the one table, shown in docs/architecture.md and compared with it. A new module, edge
/// or package is added here and there in the commit that needs it.
/// </summary>
internal static class AllowedEdges
{
    /// <summary>
    /// True once every module of the table exists: from then on an allowed edge that nobody uses fails the test, so
    /// that the table cannot be wider than the code.
    /// </summary>
    public static bool AllModulesAreThere => true;

    /// <summary>The rules of corenode.dll.</summary>
    public static readonly EdgeTable Table = new(
        "CoreNode",
        [
            new("Foundation", ModuleKind.Foundation),
            new("Store", ModuleKind.Port),
            new("Raft", ModuleKind.Decider),
            new("Kv", ModuleKind.Decider, "Store"),
            new("Platform", ModuleKind.Mechanism) { IsNative = true },
            new("Wal", ModuleKind.Mechanism, "Platform"),
            new("Documents", ModuleKind.Port),
            new("Yaml", ModuleKind.Mechanism, "Documents"),
            new("Provision.Model", ModuleKind.Decider, "Documents"),
            new("Provision.CloudConfig", ModuleKind.Decider, "Documents", "Provision.Model", "Windows"),
            new("Provision.Ignition", ModuleKind.Decider, "Documents", "Provision.Model"),
            new("Provision.Planning", ModuleKind.Decider, "Documents", "Provision.Model", "Units.Model"),
            new("Provision.Applying", ModuleKind.Mechanism, "Provision.Model", "Platform") { IsNative = true },
            new(
                "Provision.Sources", ModuleKind.Service,
                "Provision.Model", "Provision.Ignition", "Platform", "Documents", "Yaml"),
            new(
                "Provision", ModuleKind.Service,
                "Documents", "Yaml", "Provision.Model", "Provision.CloudConfig", "Provision.Ignition",
                "Provision.Planning", "Provision.Applying"),
            new("Disks.Gpt", ModuleKind.Decider),
            new("Disks", ModuleKind.Mechanism, "Disks.Gpt", "Platform"),
            new("Boot.Model", ModuleKind.Decider, "Disks.Gpt"),
            new("Boot", ModuleKind.Mechanism, "Boot.Model", "Disks", "Disks.Gpt", "Images", "Platform")
            {
                IsNative = true,
            },
            new("Images", ModuleKind.Mechanism, "Disks", "Disks.Gpt", "Platform"),
            new("Pki", ModuleKind.Service, "Platform"),
            new("Cluster.Leases", ModuleKind.Decider, "Store"),
            new("Cluster", ModuleKind.Service, "Cluster.Leases", "Raft", "Kv", "Wal", "Store", "Platform"),
            new("Discovery", ModuleKind.Service, "Store", "Platform"),
            new("Proxy", ModuleKind.Service, "Store", "Platform"),
            new("Units.Model", ModuleKind.Decider),
            new("Units.Quadlet", ModuleKind.Decider, "Units.Model"),
            new("Units.Manager", ModuleKind.Port, "Units.Model"),
            new("Units.Registry", ModuleKind.Decider, "Units.Model", "Store"),
            new("Units.Scheduling", ModuleKind.Decider, "Units.Model"),
            new("Units.Watching", ModuleKind.Mechanism, "Store", "Units.Registry"),
            new(
                "Units.Engine", ModuleKind.Service,
                "Store", "Units.Model", "Units.Registry", "Units.Scheduling", "Units.Watching"),
            new(
                "Units.Agent", ModuleKind.Service,
                "Store", "Units.Model", "Units.Registry", "Units.Manager", "Platform"),
            new(
                "Units.Drains", ModuleKind.Service,
                "Store", "Units.Registry", "Units.Scheduling", "Units.Watching", "Units.Model"),
            new("Units.Leases", ModuleKind.Service, "Store", "Units.Registry", "Units.Watching"),
            new("Updates.Lifecycle", ModuleKind.Decider),
            new("Updates.Desk", ModuleKind.Port),
            new("Updates.Payload", ModuleKind.Decider),
            new("Systemd", ModuleKind.Mechanism, "Units.Manager", "Units.Model", "Updates.Desk", "Platform")
            {
                IsNative = true,
            },
            new("Runner", ModuleKind.Mechanism, "Units.Manager", "Units.Model", "Platform"),
            new("Updates.Omaha", ModuleKind.Decider),
            new("Windows", ModuleKind.Decider),
            new("Reboots", ModuleKind.Decider, "Windows"),
            new("Reboots.Desk", ModuleKind.Port),
            new("Reboots.Service", ModuleKind.Service, "Reboots", "Reboots.Desk", "Platform"),
            new("Updates.Rollout", ModuleKind.Decider, "Updates.Omaha", "Windows"),
            new(
                "Updates.Client", ModuleKind.Service,
                "Updates.Omaha", "Updates.Lifecycle", "Updates.Desk", "Disks", "Disks.Gpt", "Platform"),
            new("Updates.Keys", ModuleKind.Mechanism, "Updates.Payload", "Platform"),
            new("Database", ModuleKind.Mechanism, "Platform") { IsNative = true },
            new(
                "Updates.Server", ModuleKind.Service,
                "Updates.Omaha", "Updates.Rollout", "Updates.Payload", "Updates.Keys", "Database", "Platform",
                "Windows"),
            new("Updates.Applying.Worker", ModuleKind.Decider),
            new(
                "Updates.Applying", ModuleKind.Service,
                "Updates.Applying.Worker", "Updates.Payload", "Updates.Keys", "Disks", "Disks.Gpt", "Platform"),
            new("Updates.Sharing", ModuleKind.Service, "Store", "Platform"),
            new("RebootLock.Model", ModuleKind.Decider),
            new("RebootLock", ModuleKind.Service, "Store", "RebootLock.Model"),
            new("Overlay.Net", ModuleKind.Port),
            new("Overlay.Model", ModuleKind.Decider, "Overlay.Net"),
            new("Overlay", ModuleKind.Service, "Store", "Overlay.Model", "Overlay.Net"),
            new("Overlay.Links", ModuleKind.Mechanism, "Overlay.Net") { IsNative = true },
            new("Overlay.Desk", ModuleKind.Port),
            new("Overlay.Setup", ModuleKind.Service, "Store", "Overlay.Model", "Overlay.Net"),
            new("Api.Wire", ModuleKind.Edge, "Store"),
            new("Api.Client", ModuleKind.Edge, "Store", "Pki", "Units.Model", "Updates.Desk", "Reboots.Desk",
                "Overlay.Desk"),
            new("Api.Peers", ModuleKind.Edge, "Cluster", "Cluster.Leases", "Raft", "Store", "Pki", "Platform"),
            new("Api", ModuleKind.Edge, "Api.Wire", "Discovery", "Pki", "Platform", "Store"),
            new("Api.Relay", ModuleKind.Edge, "Api", "Api.Wire", "Pki", "Proxy", "Store"),
            new(
                "Api.Fleet", ModuleKind.Edge,
                "Api", "Api.Wire", "Store", "Units.Model", "Units.Registry", "Units.Scheduling", "Units.Watching"),
            new("Api.Updates", ModuleKind.Edge, "Api", "Api.Wire", "Updates.Desk"),
            new("Api.Reboots", ModuleKind.Edge, "Api", "Api.Wire", "Reboots.Desk"),
            new("Api.Overlay", ModuleKind.Edge, "Api", "Api.Wire", "Overlay.Desk"),
            new(
                "Api.UpdateServer", ModuleKind.Edge,
                "Api", "Api.Wire", "Updates.Omaha", "Updates.Rollout", "Updates.Server", "Windows"),
            new("Api.FleetLock", ModuleKind.Edge, "Api", "Api.Wire", "RebootLock", "RebootLock.Model"),
            new(
                "Cli", ModuleKind.Edge,
                "Api.Client", "RebootLock", "Store", "Units.Model", "Units.Quadlet", "Updates.Desk", "Reboots.Desk",
                "Overlay.Desk", "Overlay.Model", "Overlay.Setup", "Documents", "Provision.Model", "Reboots"),
            new(
                "Hosting", ModuleKind.Composition,
                "Api", "Api.Client", "Api.Fleet", "Api.Peers", "Api.Relay", "Cli", "Cluster", "Cluster.Leases",
                "Disks", "Disks.Gpt", "Units.Leases", "Proxy", "Wal", "Discovery", "Pki", "Store", "Platform",
                "Runner", "Systemd", "Units.Agent", "Units.Engine", "Units.Manager", "Units.Registry",
                "Units.Watching", "Units.Model", "Yaml", "Updates.Keys", "Updates.Payload", "Updates.Client",
                "Updates.Applying", "Updates.Applying.Worker", "Updates.Lifecycle", "Updates.Omaha", "Updates.Desk",
                "Updates.Sharing", "Api.Updates", "Api.UpdateServer", "Updates.Server", "RebootLock",
                "RebootLock.Model", "Api.FleetLock", "Reboots", "Reboots.Desk", "Reboots.Service", "Api.Reboots",
                "Windows", "Units.Drains", "Overlay.Desk", "Overlay.Model", "Overlay.Setup", "Api.Overlay",
                "Overlay", "Overlay.Links", "Overlay.Net", "Documents", "Provision", "Provision.Model",
                "Provision.Planning", "Provision.Applying", "Provision.Sources", "Boot", "Boot.Model",
                "Images"),
            new("Program", ModuleKind.Composition, "Hosting"),
        ],
        [
            new("System.CommandLine", "Cli"),
            new("Serilog", "Hosting"),
            new("YamlDotNet", "Yaml"),
            new("Microsoft.AspNetCore", "Api", "Api.Relay", "Api.Fleet", "Api.FleetLock", "Api.UpdateServer"),
            new(
                "Microsoft.Extensions.Primitives",
                "Api", "Api.Relay", "Api.Fleet", "Api.FleetLock", "Api.UpdateServer"),
            new("Microsoft.Extensions.Features", "Api", "Api.Relay", "Api.FleetLock", "Api.UpdateServer"),
            new("Microsoft.Extensions.Options", "Api", "Hosting"),
            new(
                "Microsoft.Extensions.Logging.Abstractions",
                "Platform", "Wal", "Cluster", "Discovery", "Pki", "Proxy", "Units.Watching", "Units.Engine",
                "Units.Agent", "Units.Drains", "Systemd", "Runner", "Updates.Client", "Updates.Server",
                "Updates.Sharing", "RebootLock", "Reboots.Service", "Overlay", "Api", "Api.Peers", "Api.Relay",
                "Api.Fleet", "Api.FleetLock", "Api.UpdateServer", "Hosting"),
            new("Microsoft.Extensions.Logging", "Hosting"),
            new("Microsoft.Extensions.Hosting", "Hosting"),
            new("Microsoft.Extensions.DependencyInjection", "Hosting"),
        ]);
}
