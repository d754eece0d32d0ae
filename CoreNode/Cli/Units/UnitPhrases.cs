using CoreNode.Api.Client.Units;
using CoreNode.Units.Model;

namespace CoreNode.Cli.Units;

/// <summary>What is said of a unit at several places.</summary>
internal static class UnitPhrases
{
    /// <summary>What a unit says of itself, with its name where its text has a specifier.</summary>
    public static string Description(ListedUnit unit) =>
        UnitName.Parse(unit.Name) is { IsTemplate: false } name
            ? UnitSpecifiers.Expand(unit.Description, name)
            : unit.Description;

    /// <summary>3 replicas.</summary>
    public static string Replicas(ListedUnit unit) => unit.Replicas == 1 ? "1 replica" : $"{unit.Replicas} replicas";
}
