namespace CoreNode.Tests.Architecture;

/// <summary>A whole set of rules for one assembly.</summary>
/// <param name="Root">The namespace whose children are the modules: "CoreNode".</param>
/// <param name="Modules">All modules.</param>
/// <param name="Packages">Owners of everything that is not the base library; first match wins.</param>
internal sealed record EdgeTable(string Root, IReadOnlyList<ModuleRule> Modules, IReadOnlyList<PackageRule> Packages);
