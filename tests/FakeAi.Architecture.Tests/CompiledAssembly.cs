using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace FakeAi.Architecture.Tests;

/// <summary>What a compiled assembly of ours refers to, read from its metadata without loading it.</summary>
internal sealed class CompiledAssembly
{
    private CompiledAssembly(string name, HashSet<string> assemblies, HashSet<string> types, HashSet<string> members)
    {
        Name = name;
        Assemblies = assemblies;
        Types = types;
        Members = members;
    }

    public string Name { get; }

    /// <summary>Names of referenced assemblies.</summary>
    public IReadOnlySet<string> Assemblies { get; }

    /// <summary>Full names of referenced types.</summary>
    public IReadOnlySet<string> Types { get; }

    /// <summary>Referenced members as <c>Namespace.Type::Member</c>; a constructor reference means that the assembly makes such objects.</summary>
    public IReadOnlySet<string> Members { get; }

    public static CompiledAssembly Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        using var pe = new PEReader(file);
        var metadata = pe.GetMetadataReader();
        var assemblies = metadata.AssemblyReferences
            .Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name)).ToHashSet(StringComparer.Ordinal);
        var types = metadata.TypeReferences.Select(h => FullName(metadata, h)).ToHashSet(StringComparer.Ordinal);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                members.Add($"{FullName(metadata, (TypeReferenceHandle)member.Parent)}::{metadata.GetString(member.Name)}");
            }
        }

        return new CompiledAssembly(name, assemblies, types, members);
    }

    private static string FullName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        var space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}
