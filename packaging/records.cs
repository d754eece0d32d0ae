#:property TargetFramework=net10.0
#:property PublishAot=false
#:property RunAnalyzers=false
#:property EnforceCodeStyleInBuild=false

// What the C# compiler makes to print and to hash records, for the compiler of native code to leave out: no record is
// printed by it, and one that is hashed has a hash of its own (docs/decisions/0040, Architecture/RecordTests.cs).
// Usage: dotnet run --file records.cs -- ASSEMBLY SUBSTITUTIONS

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

using PEReader image = new(File.OpenRead(args[0]));
MetadataReader reader = image.GetMetadataReader();
StringBuilder xml = new();
xml.AppendLine("<linker>");
xml.AppendLine($"  <assembly fullname=\"{Text(reader.GetAssemblyDefinition().Name)}\">");
foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
{
    TypeDefinition type = reader.GetTypeDefinition(handle);
    List<MethodDefinition> methods = [.. type.GetMethods().Select(reader.GetMethodDefinition)];
    if (!methods.Exists(method => Text(method.Name) == "PrintMembers"))
        continue;
    xml.AppendLine($"    <type fullname=\"{FullName(type)}\">");
    foreach (MethodDefinition method in methods.Where(IsMadeByCompiler))
    {
        xml.Append(Text(method.Name) switch
        {
            "PrintMembers" => Stub("System.Boolean PrintMembers(System.Text.StringBuilder)", "false"),
            "GetHashCode" => Stub("System.Int32 GetHashCode()", "0"),
            _ => "",
        });
    }

    xml.AppendLine("    </type>");
}

xml.AppendLine("  </assembly>").AppendLine("</linker>");
File.WriteAllText(args[1], xml.ToString());

static string Stub(string signature, string value) =>
    $"      <method signature=\"{signature}\" body=\"stub\" value=\"{value}\" />\n";

bool IsMadeByCompiler(MethodDefinition method) => method.RelativeVirtualAddress != 0
    && method.GetCustomAttributes().Any(handle =>
        reader.GetCustomAttribute(handle).Constructor is { Kind: HandleKind.MemberReference } made
        && reader.GetMemberReference((MemberReferenceHandle)made).Parent is { Kind: HandleKind.TypeReference } parent
        && Text(reader.GetTypeReference((TypeReferenceHandle)parent).Name) == "CompilerGeneratedAttribute");

// Outer/Inner, as that compiler names them.
string FullName(TypeDefinition type) => type.GetDeclaringType() is { IsNil: false } outer
    ? $"{FullName(reader.GetTypeDefinition(outer))}/{Text(type.Name)}"
    : $"{Text(type.Namespace)}.{Text(type.Name)}";

string Text(StringHandle handle) => reader.GetString(handle);
