/** Given and family names from many places. Every pair of them is a person of the story; none is meant to be a real one. */
export const GIVEN_NAMES = words(
  'Maria Ana Priya Wei Fatima Olga Sofia Amara Ingrid Yuki Elif Noor Chloe Zanele Camila Hana Leila Marta Aisha Beatriz ' +
    'Clara Dalia Emma Freya Giulia Helena Irina Jana Kavya Lucia Meera Nadia Oluchi Paula Qamar Renata Sana Tereza Uma ' +
    'Valeria Wanjiru Ximena Yara Zofia Adaeze Birgit Carmen Divya Eszter Farah James Omar Rahul Jin Mateo Ivan Kwame ' +
    'Lars Kenji Emre Tariq Hugo Sipho Diego Minho Reza Pavel Yusuf Tiago Klaus Nils Bruno Andrei Viktor Arjun Pedro ' +
    'Vikram Samir Chidi Felix Hamza Stefan Javier Tomas Ravi Marco Musa Rafael Otto Mikhail Kofi Mehmet Liam Thabo Andres ' +
    'Daiki Farid Jakub Karim Leandro Anders René José Søren Zoë François Jürgen Óscar Ágnes Nguyen Björn Siân Niamh ' +
    'Isak Tuan Hiro Abebe Selam Makena Bongani Ikram Walid Dmitri Ewa Kasia Petra Milan Luka Ines',
)

export const FAMILY_NAMES = words(
  'Garcia Silva Raman Chen Hassan Ivanova Rossi Okafor Berg Tanaka Yilmaz Khan Dubois Dlamini Torres Novak Rahimi Kowalska ' +
    'Bello Costa Schmidt Haddad Clarke Larsen Conti Papadopoulos Petrov Horvat Iyer Fernandez Nair Morozova Eze Moreau ' +
    'Sheikh Barros Malik Svoboda Rao Mendoza Kamau Vega Mansour Nowak Obi Lindgren Ortega Menon Nagy Abbas Wilson Farouk ' +
    'Verma Park Alvarez Sokolov Mensah Nilsson Sato Demir Aziz Laurent Nkosi Ramirez Choi Karimi Dvorak Sahin Pereira ' +
    'Weber Hansen Ferrari Popescu Orlov Reddy Santos Joshi Nasser Adeyemi Wagner Siddiqui Radu Castro Prochazka Pillai ' +
    'Greco Diallo Gomez Keller Lebedev Asante Kaya Murphy Mokoena Rojas Mori Rezaei Wojcik Saleh Almeida Holm Lefèvre Núñez ' +
    'Müller Sørensen Gonçalves Jiménez Kovács Łuczak Åberg Thompson Nakamura Bhatt Suzuki Tesfaye Bekele Njoroge Zulu ' +
    'Boateng Owusu Chukwu Balogun Traore Keita Ndiaye Haile Le Tran Pham Vo Lim Tan Wong Lau Ho Yang Liu Zhao Huang Kumar ' +
    'Singh Patel Shah Gupta Das Bose Sen Roy Ali Ahmed Rahman Hossain Uddin Perera Fernando Bandara',
)

/** City, country, and its telephone prefix. */
export const CITIES = [
  ['New York', 'United States', '+1 212 555'],
  ['Austin', 'United States', '+1 512 555'],
  ['San Francisco', 'United States', '+1 415 555'],
  ['Toronto', 'Canada', '+1 416 555'],
  ['São Paulo', 'Brazil', '+55 11 5550'],
  ['Mexico City', 'Mexico', '+52 55 5550'],
  ['Bogotá', 'Colombia', '+57 601 555'],
  ['London', 'United Kingdom', '+44 20 7946'],
  ['Dublin', 'Ireland', '+353 1 555'],
  ['Berlin', 'Germany', '+49 30 55500'],
  ['München', 'Germany', '+49 89 55500'],
  ['Paris', 'France', '+33 1 5550'],
  ['Lisbon', 'Portugal', '+351 21 555'],
  ['Madrid', 'Spain', '+34 91 555'],
  ['Stockholm', 'Sweden', '+46 8 555'],
  ['Kraków', 'Poland', '+48 12 555'],
  ['Kyiv', 'Ukraine', '+380 44 555'],
  ['Istanbul', 'Türkiye', '+90 212 555'],
  ['Nairobi', 'Kenya', '+254 20 555'],
  ['Lagos', 'Nigeria', '+234 1 555'],
  ['Johannesburg', 'South Africa', '+27 11 555'],
  ['Bengaluru', 'India', '+91 80 5550'],
  ['Mumbai', 'India', '+91 22 5550'],
  ['Singapore', 'Singapore', '+65 6555'],
  ['Tokyo', 'Japan', '+81 3 5550'],
  ['Sydney', 'Australia', '+61 2 5550'],
] as const

/** Invented first words of companies and universities; times the lines of business there are enough for every account. */
export const HOUSES = words(
  'Almery Brightfen Calderwick Dunmere Eastlow Fernvale Garrowby Hexcombe Inglemoor Juniperis Kestermoor Lowther Marlisle ' +
    'Netherby Orrinford Pellworth Quarrendon Ravenslea Saltmarsh Tarnwick Umberfield Valebrook Wexholm Yarrowdale Zephyrine ' +
    'Ashgarth Birkenau Corvane Drovara Elmstead Falkenau Gildermoor Harrowen Isenvale Jorvane Kilnara Lindenau Moravane ' +
    'Norvale Ostrava-Lind Pinefold Quillan Rosendal Steinfurt-Ley Thornaby-Hew Ulverdal Vintara Wolfram-Key',
)

export const BUSINESSES = words(
  'Robotics Foods Logistics Health Analytics Energy Mobility Insurance Software Media Textiles Payments Studios Cloud ' +
    'Biotech Games Travel Security Materials Retail Telecom Aerospace Finance Labs',
)

export const INDUSTRIES = [
  'Technology',
  'Banking',
  'Healthcare',
  'Manufacturing',
  'Retail',
  'Media',
  'Energy',
  'Consulting',
]

/** Job title and the department it belongs to. */
export const JOBS = [
  ['Software Engineer', 'Engineering'],
  ['Senior Software Engineer', 'Engineering'],
  ['Staff Engineer', 'Platform'],
  ['Data Engineer', 'Data'],
  ['Data Scientist', 'Data'],
  ['Machine Learning Engineer', 'Research'],
  ['Database Administrator', 'Infrastructure'],
  ['Site Reliability Engineer', 'Infrastructure'],
  ['Solutions Architect', 'Consulting'],
  ['Product Manager', 'Product'],
  ['Product Designer', 'Design'],
  ['Engineering Manager', 'Engineering'],
  ['CTO', 'Management'],
  ['Developer Advocate', 'Marketing'],
  ['QA Engineer', 'Quality'],
] as const

/** What a student's record says instead of a job. */
export const STUDIES = [
  ['Student', 'Computer Science'],
  ['Graduate Student', 'Data Science'],
  ['PhD Candidate', 'Artificial Intelligence'],
  ['Lecturer', 'Information Systems'],
] as const

export const SKILLS = [
  'JavaScript',
  'TypeScript',
  'Python',
  'MongoDB',
  'React',
  'Node.js',
  'Go',
  'Java',
  'Rust',
  'Docker',
  'Kubernetes',
  'LangChain',
  'Figma',
  'C#',
  'Vector Search',
  'GraphQL',
]

export const INTERESTS = [
  'AI agents',
  'RAG',
  'Open data',
  'Climate',
  'Health',
  'Education',
  'Games',
  'FinTech',
  'Accessibility',
]

export const PAST_PROJECTS = [
  'Bus stop radar',
  'Recipe finder',
  'Flood map',
  'Chess coach',
  'Plant doctor',
  'Library bot',
]

export const LEAD_SOURCES = [
  'Web',
  'Web',
  'Event',
  'Event',
  'Partner Referral',
  'Purchased List',
  'Phone Inquiry',
  'Other',
]

/** A name in the letters of an address: `Łuczak` is `luczak`. */
export function addressLetters(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[øØ]/gu, 'o')
    .replace(/[łŁ]/gu, 'l')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
}

function words(text: string): string[] {
  return text.split(' ')
}
